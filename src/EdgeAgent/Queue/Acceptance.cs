using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>How a message comes in. Any thread; takes the lock for each call.</summary>
internal sealed class Acceptance(QueueState state, Store store, QueueClock clock, Alarm alarm, bool isSynchronous)
{
    private long _waits;

    /// <summary>Appends that had to wait because memory was full.</summary>
    public long Waits => Volatile.Read(ref _waits);

    /// <inheritdoc cref="MessageQueue.AppendAsync"/>
    public ValueTask<AppendResult> AppendAsync(Envelope envelope, long bootTime, MessageBody body, CancellationToken cancellationToken)
    {
        Task<AppendResult>? committed = null;
        var result = AppendResult.Accepted;
        bool offers;
        lock (state.Gate)
        {
            if (store.Schedule.IsClosing)
            {
                return ValueTask.FromResult(AppendResult.Closed);
            }

            var now = clock.Now;
            var sequence = state.Append(envelope, bootTime, in body, now);
            if (sequence == 0)
            {
                return state.StoreFails
                    ? ValueTask.FromResult(Refuse(envelope, bootTime))
                    : AppendWhenRoomAsync(envelope, bootTime, body, WhenRoom(), cancellationToken);
            }

            if (LossAtTheDoor(envelope) is { } loss)
            {
                state.Endings.LoseSlot(sequence, loss);
                state.TrimEnded();
                store.Schedule.Ended(now);
                return ValueTask.FromResult(AppendResult.Refused);
            }

            if (isSynchronous)
            {
                committed = store.Schedule.Waiters.WhenCommitted();
            }
            else if (state.StoreFails)
            {
                result = AppendResult.Undurable;
            }

            store.Schedule.Appended(now);
            offers = state.Lanes.IsHungry;
            state.Lanes.IsHungry = false;
        }

        if (offers)
        {
            store.Available?.Invoke();
        }

        return committed is null ? ValueTask.FromResult(result) : new(committed.WaitAsync(cancellationToken));
    }

    private async ValueTask<AppendResult> AppendWhenRoomAsync(
        Envelope envelope, long bootTime, MessageBody body, Task room, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waits);
        await room.WaitAsync(cancellationToken);
        return await AppendAsync(envelope, bootTime, body, cancellationToken);
    }

    /// <summary>Why a message will not be kept while the broker is away; null: it will be.</summary>
    private LossReason? LossAtTheDoor(Envelope envelope) =>
        state.Lanes.IsConnected ? null
        : envelope.Offline == OfflinePolicy.Drop ? LossReason.Dropped
        : state.GivesWay(envelope) ? LossReason.Evicted
        : null;

    private AppendResult Refuse(Envelope envelope, long bootTime)
    {
        state.Ledger.Add(LossReason.Overrun, envelope.Topic, state.Era, state.Ring.Next, bootTime);
        return AppendResult.Refused;
    }

    private Task WhenRoom()
    {
        alarm.Wake();
        return store.Schedule.Waiters.WhenRoom();
    }
}
