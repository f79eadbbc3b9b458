using EdgeAgent.Configuration;
using EdgeAgent.Hosting;

namespace EdgeAgent.Queue;

/// <summary>How messages go out and how they end. Any thread; takes the lock for each call.</summary>
internal sealed class Handover(QueueState state, Store store, QueueClock clock, BootClock bootClock, Alarm alarm)
{
    private long _agesAt;

    /// <inheritdoc cref="MessageQueue.BeginConnection"/>
    public void BeginConnection(DeliveryOrder order = DeliveryOrder.LiveFirst)
    {
        lock (state.Gate)
        {
            state.Lanes.Begin(order);
        }

        alarm.Wake();
    }

    /// <inheritdoc cref="MessageQueue.TryTake"/>
    public bool TryTake(Lane lane, out QueuedMessage message)
    {
        bool taken;
        bool wakes;
        lock (state.Gate)
        {
            var now = clock.Now;
            if (now != _agesAt)
            {
                _agesAt = now;
                state.Ages = Ages.Of(bootClock, state.Limits.Present.MaxAge);
            }

            taken = state.Lanes.TryTake(lane, now, out message);
            wakes = state.Lanes.WantsReading;
            if (state.Lanes.NextDue is var due && due > now && due != long.MaxValue)
            {
                alarm.WakeAt(due);
            }

            if (state.Classes[0].Removals.Count > 0 || state.Classes[1].Removals.Count > 0 || state.Ledger.HasChanged)
            {
                store.Schedule.Ended(now);
            }
        }

        if (wakes)
        {
            alarm.Wake();
        }

        return taken;
    }

    /// <inheritdoc cref="MessageQueue.Acknowledge"/>
    public void Acknowledge(ReadOnlySpan<long> sequences)
    {
        lock (state.Gate)
        {
            foreach (var sequence in sequences)
            {
                if (sequence < 0)
                {
                    _ = state.Ledger.End(-sequence);
                }
                else if (state.Lanes.TryEnd(sequence, out var owner, out var message))
                {
                    state.Endings.End(owner, in message);
                    state.Acknowledged++;
                }
                else if (state.Lanes.Letters.TryAcknowledge(sequence))
                {
                    state.Acknowledged++;
                    alarm.Wake();
                }
            }

            state.TrimEnded();
            store.Schedule.Ended(clock.Now);
        }
    }

    /// <inheritdoc cref="MessageQueue.Leave(long, TimeSpan)"/>
    public void Leave(long sequence, TimeSpan delay)
    {
        lock (state.Gate)
        {
            var due = delay > TimeSpan.Zero ? clock.Now + (long)delay.TotalMilliseconds : 0;
            if (sequence < 0)
            {
                state.Ledger.Leave(-sequence, due);
            }
            else
            {
                state.Lanes.Leave(sequence, due);
            }

            if (due > 0)
            {
                alarm.WakeAt(due);
            }
        }
    }

    /// <inheritdoc cref="MessageQueue.Park"/>
    public void Park(long sequence, TimeSpan delay)
    {
        lock (state.Gate)
        {
            var due = clock.Now + (long)delay.TotalMilliseconds;
            if (sequence < 0)
            {
                state.Ledger.Leave(-sequence, due);
            }
            else
            {
                state.Lanes.Park(sequence, due);
            }

            alarm.WakeAt(due);
        }
    }

    /// <inheritdoc cref="MessageQueue.Quarantine"/>
    public void Quarantine(long sequence, byte reasonCode, string? text)
    {
        lock (state.Gate)
        {
            if (sequence < 0)
            {
                state.Ledger.Refuse(-sequence);
            }
            else if (state.Lanes.TryEnd(sequence, out var owner, out var message))
            {
                state.Endings.Refuse(owner, in message, reasonCode, text, bootClock.WallTime(bootClock.Milliseconds));
                alarm.Wake();
            }
            else
            {
                state.Lanes.Letters.Refuse(sequence, reasonCode, text, bootClock.WallTime(bootClock.Milliseconds));
                alarm.Wake();
            }
        }
    }

    /// <inheritdoc cref="MessageQueue.EndConnection"/>
    public void EndConnection()
    {
        lock (state.Gate)
        {
            state.Lanes.End();
        }
    }
}
