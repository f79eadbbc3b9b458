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
    private readonly QueueState _state;
    private readonly Alarm _alarm;
    private readonly Store _store;
    private readonly Acceptance _acceptance;
    private readonly Handover _handover;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hasStarted;

    internal MessageQueue(
        QueueConfig config, StoredState stored, StoreFile file, BootClock bootClock, TimeProvider time, ILogger log, string ledgerTopic)
    {
        var clock = new QueueClock(time);
        var ledger = new Ledger(clock, stored.Era.Era.Name, ledgerTopic, stored.Ledger, stored.LastLedgerId);
        if (!stored.IsEraStored)
        {
            ledger.ChangeAll();
        }

        _state = new(stored, QueueLimits.Of(config), ledger, Ages.Of(bootClock, config.MaxAge));
        _alarm = new(time, clock);
#pragma warning disable CA2000 // The store disposes its parts when its thread ends.
        _store = new(_state, _alarm, clock, new(_state, file, stored, bootClock, time, log), config.LossWindow, log);
#pragma warning restore CA2000
        _acceptance = new(_state, _store, clock, _alarm, isSynchronous: config.LossWindow <= TimeSpan.Zero);
        _handover = new(_state, _store, clock, bootClock, _alarm);
        Operations = new(_store, Snapshot);
    }

    /// <summary>
    /// Called from any thread, without a lock, when there may be something new to take. Set once, before <see cref="BeginConnection"/>.
    /// </summary>
    public Action? Available
    {
        get => _store.Available;
        set => _store.Available = value;
    }

    /// <summary>What the id of a ledger's entry is called in its payload; <c>id</c> until it is set. Any thread.</summary>
    public string LedgerIdKey
    {
        set => _state.Ledger.IdKey = value;
    }

    /// <summary>What a person may see and do in it.</summary>
    public QueueOperations Operations { get; }

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
    public ValueTask<AppendResult> AppendAsync(Envelope envelope, long bootTime, MessageBody body, CancellationToken cancellationToken) =>
        _acceptance.AppendAsync(envelope, bootTime, body, cancellationToken);

    /// <summary>A connection stands: what is accepted from now on is live, and the newest message of each topic in memory is offered first.</summary>
    /// <param name="order">With <see cref="DeliveryOrder.OldestFirst"/> nothing is offered first, and live messages only behind the whole backlog.</param>
    public void BeginConnection(DeliveryOrder order = DeliveryOrder.LiveFirst) => _handover.BeginConnection(order);

    /// <summary>
    /// Takes the next message of a lane. It is in flight until it is ended exactly once, by <see cref="Acknowledge"/>, <see cref="Leave(long)"/>
    /// or <see cref="Quarantine"/>, or by <see cref="EndConnection"/>. False: nothing now; <see cref="Available"/> tells when to ask again.
    /// </summary>
    public bool TryTake(Lane lane, out QueuedMessage message) => _handover.TryTake(lane, out message);

    /// <summary>The broker has them. Numbers that are not in flight are passed over. Any thread.</summary>
    public void Acknowledge(ReadOnlySpan<long> sequences) => _handover.Acknowledge(sequences);

    /// <summary>It was not sent after all: it waits again, and is the next to be offered.</summary>
    public void Leave(long sequence) => Leave(sequence, TimeSpan.Zero);

    /// <summary>Try later: it waits again, and is not offered before <paramref name="delay"/> has passed.</summary>
    public void Leave(long sequence, TimeSpan delay) => _handover.Leave(sequence, delay);

    /// <summary>
    /// The broker does not allow its topic now: this message waits, and nothing else of the topic is offered, until it is tried again
    /// after <paramref name="delay"/>. Acknowledged, it opens the topic; parked again, it waits again.
    /// </summary>
    public void Park(long sequence, TimeSpan delay) => _handover.Park(sequence, delay);

    /// <summary>The broker refused it for good: it becomes a dead letter, and an entry in the ledger.</summary>
    /// <param name="sequence">A message in flight.</param>
    /// <param name="reasonCode">The PUBACK's reason code.</param>
    /// <param name="text">The broker's words, if any.</param>
    public void Quarantine(long sequence, byte reasonCode, string? text) => _handover.Quarantine(sequence, reasonCode, text);

    /// <summary>The connection is gone: everything in flight waits again, and the backlog begins at the lowest that has not ended.</summary>
    public void EndConnection() => _handover.EndConnection();

    /// <summary>
    /// Keeps more or less from now on, and at once ends what is too much or too old by the new measure. The file stays open. Any thread.
    /// </summary>
    /// <returns>Completes when the new limits are in force; a file that cannot be written now does not hold that up.</returns>
    public Task ChangeLimitsAsync(QueueLimits limits)
    {
        lock (_state.Gate)
        {
            if (_store.Schedule.IsClosing)
            {
                return Task.CompletedTask;
            }

            _alarm.Wake();
            return _state.Limits.ChangeAsync(limits);
        }
    }

    /// <summary>Completes when everything appended and ended so far is on disk; false where the store cannot write now.</summary>
    public Task<bool> FlushAsync()
    {
        lock (_state.Gate)
        {
            _alarm.Wake();
            return _store.Schedule.IsClosing ? Task.FromResult(false) : _store.Schedule.Waiters.WhenFlushed();
        }
    }

    /// <summary>Completes when the store has done all that is due now. For tests and measurements.</summary>
    public Task SettleAsync()
    {
        lock (_state.Gate)
        {
            _alarm.Wake();
            return _store.Schedule.IsClosing ? Task.CompletedTask : _store.Schedule.Waiters.WhenIdle();
        }
    }

    /// <summary>Grows whenever the store's thread goes round. Any thread, without a lock.</summary>
    public long StoreRounds => _store.Rounds;

    /// <summary>Makes the store's thread, and the drainer where there is one, go round once. Any thread, without a lock.</summary>
    public void Knock()
    {
        _alarm.Wake();
        Available?.Invoke();
    }

    /// <summary>The figures of this moment; costs the same whatever the depth. Any thread.</summary>
    public QueueSnapshot Snapshot() => QueueSnapshot.Of(_state, _store, _acceptance.Waits);

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
            _store.Schedule.Close();
        }
    }
}
