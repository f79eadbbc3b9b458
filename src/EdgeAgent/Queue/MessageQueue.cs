using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Readings;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// The durable queue: every message from its acceptance to its acknowledgement. Producers append from any thread; one drainer
/// takes, acknowledges, leaves or quarantines; one thread of its own uses the file. See <c>Queue/DESIGN.md</c>.
/// </summary>
internal sealed class MessageQueue : IAsyncDisposable
{
    private const long RefusedLedgerMilliseconds = 3_600_000;

    private readonly QueueState _state;
    private readonly QueueClock _clock;
    private readonly BootClock _bootClock;
    private readonly Alarm _alarm;
    private readonly Store _store;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isSynchronous;
    private readonly TimeSpan _maxAge;
    private long _agesAt;
    private int _hasStarted;
    private long _waits;

    internal MessageQueue(
        QueueConfig config, StoredState stored, StoreFile file, BootClock bootClock, TimeProvider time, ILogger log, string ledgerTopic)
    {
        _clock = new(time);
        _bootClock = bootClock;
        _maxAge = config.MaxAge;
        var ledger = new Ledger(_clock, stored.Era.Era.Name, ledgerTopic, stored.Ledger, stored.LastLedgerId);
        ledger.AddCrashWindow(stored);
        _state = new(stored, config.WhenFull, ledger, Ages.Of(bootClock, _maxAge));
        _alarm = new(time, _clock);
#pragma warning disable CA2000 // The store disposes its parts when its thread ends.
        _store = new(_state, _alarm, _clock, new(_state, file, stored, config, bootClock, time, log), config.LossWindow, log);
#pragma warning restore CA2000
        _isSynchronous = config.LossWindow <= TimeSpan.Zero;
    }

    /// <summary>
    /// Called from any thread, without a lock, when there may be something new to take. Set once, before <see cref="BeginConnection"/>.
    /// </summary>
    public Action? Available
    {
        get => _store.Available;
        set => _store.Available = value;
    }

    /// <summary>Opens or makes the file. What a person can put right comes back as a failure that says how.</summary>
    /// <param name="config">Where, how big, how safe.</param>
    /// <param name="clock">Stamps the era, tells ages.</param>
    /// <param name="time">Runs the timers.</param>
    /// <param name="log">Gets the state changes.</param>
    /// <param name="ledgerTopic">Where the ledger's entries go: <c>{gateway}/ledger</c>.</param>
    public static QueueOpening Open(QueueConfig config, BootClock clock, TimeProvider time, ILogger log, string ledgerTopic = "edgeagent/ledger") =>
        QueueFile.Open(config, clock, time, log, ledgerTopic);

    /// <summary>
    /// The store's life. Completes after <paramref name="cancellationToken"/> and a flush of everything, so that a clean stop costs
    /// nothing; faults when the store's thread dies of anything but a failing file, and then the process must end.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Start();
        await using (cancellationToken.Register(static queue => ((MessageQueue)queue!).Close(), this))
        {
            await _ended.Task;
        }
    }

    /// <summary>
    /// Accepts a message. With a loss window this completes at once, unless memory is full; without one, when the message is on disk.
    /// </summary>
    /// <param name="envelope">Interned by value; passing the same instance again is fastest.</param>
    /// <param name="bootTime">When it was taken: boot milliseconds.</param>
    /// <param name="body">The queue keeps the memory of a packed body: it must not change.</param>
    /// <param name="cancellationToken">Ends the wait, not the acceptance.</param>
    public ValueTask<AppendResult> AppendAsync(Envelope envelope, long bootTime, MessageBody body, CancellationToken cancellationToken)
    {
        Task<AppendResult>? committed = null;
        var result = AppendResult.Accepted;
        bool offers;
        lock (_state.Gate)
        {
            if (_store.IsClosing)
            {
                return ValueTask.FromResult(AppendResult.Closed);
            }

            var now = _clock.Now;
            var sequence = _state.Append(envelope, bootTime, in body, now);
            if (sequence == 0)
            {
                return _state.StoreFails
                    ? ValueTask.FromResult(Refuse(envelope, bootTime))
                    : AppendWhenRoomAsync(envelope, bootTime, body, WhenRoom(), cancellationToken);
            }

            if (envelope.Offline == OfflinePolicy.Drop && !_state.Lanes.IsConnected)
            {
                _state.Lose(sequence, ref _state.Ring[sequence], LossReason.Dropped);
                AfterEnd();
                return ValueTask.FromResult(AppendResult.Refused);
            }

            if (_isSynchronous)
            {
                committed = _store.Waiters.WhenCommitted();
            }
            else if (_state.StoreFails)
            {
                result = AppendResult.Undurable;
            }

            _store.Appended(now);
            offers = _state.Lanes.IsHungry;
            _state.Lanes.IsHungry = false;
        }

        if (offers)
        {
            Available?.Invoke();
        }

        return committed is null ? ValueTask.FromResult(result) : new(committed.WaitAsync(cancellationToken));
    }

    /// <summary>A connection stands: what is accepted from now on is live, and the newest message of each topic in memory is offered first.</summary>
    /// <param name="order">With <see cref="DeliveryOrder.OldestFirst"/> nothing is offered first, and live messages only behind the whole backlog.</param>
    public void BeginConnection(DeliveryOrder order = DeliveryOrder.LiveFirst)
    {
        lock (_state.Gate)
        {
            _state.Lanes.Begin(order);
        }

        _alarm.Wake();
    }

    /// <summary>
    /// Takes the next message of a lane. It is in flight until it is ended exactly once, by <see cref="Acknowledge"/>, <see cref="Leave(long)"/>
    /// or <see cref="Quarantine"/>, or by <see cref="EndConnection"/>. False: nothing now; <see cref="Available"/> tells when to ask again.
    /// </summary>
    public bool TryTake(Lane lane, out QueuedMessage message)
    {
        bool taken;
        bool wakes;
        lock (_state.Gate)
        {
            var now = _clock.Now;
            if (now != _agesAt)
            {
                _agesAt = now;
                _state.Ages = Ages.Of(_bootClock, _maxAge);
            }

            taken = _state.Lanes.TryTake(lane, now, out message);
            wakes = _state.Lanes.WantsReading;
            if (_state.Lanes.NextDue is var due && due > now && due != long.MaxValue)
            {
                _alarm.WakeAt(due);
            }

            if (_state.Classes[0].Removals.Count > 0 || _state.Classes[1].Removals.Count > 0)
            {
                _store.Ended(now);
            }
        }

        if (wakes)
        {
            _alarm.Wake();
        }

        return taken;
    }

    /// <summary>The broker has them. Numbers that are not in flight are passed over. Any thread.</summary>
    public void Acknowledge(ReadOnlySpan<long> sequences)
    {
        lock (_state.Gate)
        {
            foreach (var sequence in sequences)
            {
                if (sequence < 0)
                {
                    _ = _state.Ledger.End(-sequence);
                }
                else if (_state.Lanes.TryEnd(sequence, out var owner, out var message))
                {
                    _state.End(owner, in message);
                    _state.Acknowledged++;
                    if (message.IsProbe)
                    {
                        _state.Lanes.Parking.Remove(message.Envelope.Envelope.Topic, _state.Classes);
                    }
                }
            }

            AfterEnd();
        }
    }

    /// <summary>It was not sent after all: it waits again, and is the next to be offered.</summary>
    public void Leave(long sequence) => Leave(sequence, TimeSpan.Zero);

    /// <summary>Try later: it waits again, and is not offered before <paramref name="delay"/> has passed.</summary>
    public void Leave(long sequence, TimeSpan delay)
    {
        lock (_state.Gate)
        {
            var due = delay > TimeSpan.Zero ? _clock.Now + (long)delay.TotalMilliseconds : 0;
            if (sequence < 0)
            {
                _state.Ledger.Leave(-sequence, due);
            }
            else
            {
                _state.Lanes.Leave(sequence, due);
            }

            if (due > 0)
            {
                _alarm.WakeAt(due);
            }
        }
    }

    /// <summary>
    /// The broker does not allow its topic now: this message waits, and nothing else of the topic is offered, until it is tried again
    /// after <paramref name="delay"/>. Acknowledged, it opens the topic; parked again, it waits again.
    /// </summary>
    public void Park(long sequence, TimeSpan delay)
    {
        lock (_state.Gate)
        {
            var due = _clock.Now + (long)delay.TotalMilliseconds;
            if (sequence < 0)
            {
                _state.Ledger.Leave(-sequence, due);
            }
            else
            {
                _state.Lanes.Park(sequence, due);
            }

            _alarm.WakeAt(due);
        }
    }

    /// <summary>The broker refused it for good: it becomes a dead letter, and an entry in the ledger.</summary>
    /// <param name="sequence">A message in flight.</param>
    /// <param name="reasonCode">The PUBACK's reason code.</param>
    /// <param name="text">The broker's words, if any.</param>
    public void Quarantine(long sequence, byte reasonCode, string? text)
    {
        lock (_state.Gate)
        {
            if (sequence < 0)
            {
                // The ledger itself is never given up: it is offered again, rarely.
                _state.Ledger.Leave(-sequence, _clock.Now + RefusedLedgerMilliseconds);
            }
            else if (_state.Lanes.TryEnd(sequence, out var owner, out var message))
            {
                _state.Refuse(owner, in message, reasonCode, text, _bootClock.WallTime(_bootClock.Milliseconds));
                _alarm.Wake();
            }
        }
    }

    /// <summary>The connection is gone: everything in flight waits again, and the backlog begins at the lowest that has not ended.</summary>
    public void EndConnection()
    {
        lock (_state.Gate)
        {
            _state.Lanes.End();
        }
    }

    /// <summary>Completes when everything appended and ended so far is on disk; false where the store cannot write now.</summary>
    public Task<bool> FlushAsync()
    {
        lock (_state.Gate)
        {
            _alarm.Wake();
            return _store.IsClosing ? Task.FromResult(false) : _store.Waiters.WhenFlushed();
        }
    }

    /// <summary>Completes when the store has done all that is due now. For tests and measurements.</summary>
    public Task SettleAsync()
    {
        lock (_state.Gate)
        {
            _alarm.Wake();
            return _store.IsClosing ? Task.CompletedTask : _store.Waiters.WhenIdle();
        }
    }

    /// <summary>The figures of this moment; costs the same whatever the depth. Any thread.</summary>
    public QueueSnapshot Snapshot()
    {
        var figures = _store.Figures;
        lock (_state.Gate)
        {
            return new()
            {
                Depth = _state.Depth,
                DeepestDepth = _state.DeepestDepth,
                InFlight = _state.Lanes.InFlight,
                Accepted = _state.Accepted,
                Acknowledged = _state.Acknowledged,
                Waits = _waits,
                OldestWallTime = OldestWallTime(figures),
                BytesOnDisk = figures.BytesOnDisk,
                BytesWritten = figures.BytesWritten,
                DeadLetters = figures.DeadLetters,
                Lost = [.. _state.Ledger.Counts],
                Store = _store.Health,
                StoreMessage = _store.Problem,
            };
        }
    }

    /// <summary>Flushes and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        Start();
        Close();
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _alarm.Dispose();
    }

    private void Start()
    {
        if (Interlocked.Exchange(ref _hasStarted, 1) == 0)
        {
            new Thread(RunStore) { IsBackground = true, Name = "queue store" }.Start();
            _alarm.Wake();
        }
    }

    private void RunStore()
    {
        try
        {
            _store.Run();
            _ended.SetResult();
        }
#pragma warning disable CA1031 // The top of the store's loop: whoever awaits RunAsync ends the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _ended.SetException(exception);
        }
    }

    private void Close()
    {
        lock (_state.Gate)
        {
            _store.Close();
        }
    }

    private async ValueTask<AppendResult> AppendWhenRoomAsync(
        Envelope envelope, long bootTime, MessageBody body, Task room, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waits);
        await room.WaitAsync(cancellationToken);
        return await AppendAsync(envelope, bootTime, body, cancellationToken);
    }

    private AppendResult Refuse(Envelope envelope, long bootTime)
    {
        _state.Ledger.Add(LossReason.Overrun, envelope.Topic, _state.Era, _state.Ring.Next, bootTime);
        return AppendResult.Refused;
    }

    private Task WhenRoom()
    {
        _alarm.Wake();
        return _store.Waiters.WhenRoom();
    }

    private void AfterEnd()
    {
        _state.TrimEnded();
        _store.Ended(_clock.Now);
    }

    private long? OldestWallTime(StoreFigures figures)
    {
        long? inMemory = null;
        if (_state.Ring.Count > 0 && _state.RunDepth > 0)
        {
            ref var slot = ref _state.Ring[_state.Ring.First];
            inMemory = slot.Era.Era.WallOffset + slot.BootTime;
        }

        return _state.Depth == 0 ? null : figures.Oldest is { } oldest && oldest.Sequence < _state.Ring.First ? oldest.WallTime : inMemory;
    }
}
