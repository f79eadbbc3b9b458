using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// The one thread that uses the file, for reading too. It sleeps until there is something to write, to remove or to read ahead,
/// does it, and sleeps again; a failure of the file is a state of it, not its end.
/// </summary>
internal sealed class Store(QueueState state, Alarm alarm, QueueClock clock, StoreFile file, TimeSpan lossWindow, ILogger log)
{
    /// <summary>Removals wait for so many, or so long: this bounds the duplicates after a crash.</summary>
    private const int RemovalsAtOnce = 5_000;

    private const long RemovalMilliseconds = 1_000;

    /// <summary>So many unwritten bytes are written before their time.</summary>
    private const long BytesAtOnce = 256 << 10;

    private static readonly long[] RetryMilliseconds = [100, 500, 1_000, 2_000, 5_000, 10_000];

    /// <summary>A quarter of the window is left for the commit itself.</summary>
    private readonly long _writeDelay = (long)(lossWindow.TotalMilliseconds * 3 / 4);

    private readonly StoreWork _work = new(state, file);
    private readonly List<TaskCompletionSource<bool>> _flushes = [];
    private readonly List<TaskCompletionSource> _idle = [];
    private TaskCompletionSource<AppendResult>? _group;
    private TaskCompletionSource? _room;
    private long _removalsDue = long.MaxValue;
    private long _ledgerDue = long.MaxValue;
    private long _retryAt;
    private int _failures;
    private bool _isClosing;

    /// <summary>Called without the lock when the drainer may find something new.</summary>
    public Action? Available { get; set; }

    public string? Problem { get; private set; }

    public StoreHealth Health { get; private set; }

    public StoreFigures Figures => _work.Figures;

    public bool IsClosing => _isClosing;

    /// <summary>Under the lock: a message was appended.</summary>
    public void Appended(long now)
    {
        if (_writeDelay == 0 || state.WriteBehind.Bytes >= BytesAtOnce)
        {
            alarm.Wake();
        }
        else if (state.WriteBehind.Count == 1)
        {
            alarm.WakeAt(now + _writeDelay);
        }
    }

    /// <summary>Under the lock: messages ended.</summary>
    public void Ended(long now)
    {
        var count = state.Classes[0].Removals.Count + state.Classes[1].Removals.Count;
        if (count > 0 && _removalsDue == long.MaxValue)
        {
            _removalsDue = now + RemovalMilliseconds;
            alarm.WakeAt(_removalsDue);
        }

        if (count >= RemovalsAtOnce)
        {
            alarm.Wake();
        }
    }

    /// <summary>Under the lock: completes when what was appended so far is durable, or cannot be.</summary>
    public Task<AppendResult> WhenCommitted() =>
        (_group ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Under the lock: completes when memory may have room again.</summary>
    public Task WhenRoom()
    {
        alarm.Wake();
        return (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Under the lock: completes when everything appended and ended so far is on disk; false where it cannot be.</summary>
    public Task<bool> Flush()
    {
        var flush = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Add(flush);
        alarm.Wake();
        return flush.Task;
    }

    /// <summary>Under the lock: completes when everything that is due now is done.</summary>
    public Task WhenIdle()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _idle.Add(idle);
        alarm.Wake();
        return idle.Task;
    }

    /// <summary>Under the lock: the thread writes everything and ends.</summary>
    public void Close()
    {
        _isClosing = true;
        alarm.Wake();
    }

    /// <summary>The thread's work, until <see cref="Close"/>.</summary>
    public void Run()
    {
        using var writes = new ThreadWrites();
        _work.Writes = writes;
        while (true)
        {
            alarm.Wait();
            while (Pass())
            {
            }

            lock (state.Gate)
            {
                _idle.ForEach(static idle => idle.SetResult());
                _idle.Clear();
                if (_isClosing)
                {
                    break;
                }

                alarm.WakeAt(NextDue());
            }
        }

        Finish();
    }

    /// <summary>Writes and reads what is due; true where there may be more at once.</summary>
    private bool Pass()
    {
        var now = clock.Now;
        bool writes;
        bool reads;
        bool offers;
        bool mayTry;
        lock (state.Gate)
        {
            mayTry = now >= _retryAt || _isClosing;
            writes = mayTry && MustWrite(now);
            reads = !_isClosing && (mayTry || Health == StoreHealth.Full) && state.Lanes.NeedsReading();
            offers = state.Lanes.NextDue <= now;
        }

        if (offers)
        {
            Offer();
        }

        // Reading goes on while a full disk refuses to be written: the drain is what makes room.
        var succeeded = (!writes || Try(() => Write(now), now)) & (!reads || Try(_work.Read, now));
        if (reads)
        {
            Offer();
        }

        if (!writes && !reads && mayTry && !_isClosing && _work.CanGiveBack)
        {
            return Try(_work.GiveBack, now);
        }

        return (writes || reads) && succeeded && !_isClosing;
    }

    private void Offer()
    {
        bool offers;
        lock (state.Gate)
        {
            offers = state.Lanes.IsHungry;
            state.Lanes.IsHungry = false;
        }

        if (offers)
        {
            Available?.Invoke();
        }
    }

    private bool Try(Action work, long now)
    {
        try
        {
            file.EnsureOpen();
            work();
            return true;
        }
        catch (StoreException failure)
        {
            Failed(failure, now);
            return false;
        }
    }

    /// <summary>Whether messages are due to be written. Removals alone never bring a message to disk before its time.</summary>
    private bool MustWriteRows(long now) =>
        _isClosing || _flushes.Count > 0 || _group is not null || _room is not null
        || state.WriteBehind.Bytes >= BytesAtOnce
        || (state.WriteBehind.OldestAcceptedAt() is var oldest && oldest != long.MaxValue && now - oldest >= _writeDelay);

    private bool MustWrite(long now) => MustWriteRows(now)
        || state.Refusals.Count > 0 || LedgerIsDue(now) || now >= _removalsDue
        || state.Classes[0].Removals.Count + state.Classes[1].Removals.Count >= RemovalsAtOnce;

    /// <summary>What is lost is written with the next commit, at the latest after a second. The ledger is no reason to write early.</summary>
    private bool LedgerIsDue(long now)
    {
        if (!state.Ledger.HasChanged)
        {
            _ledgerDue = long.MaxValue;
        }
        else if (_ledgerDue == long.MaxValue)
        {
            _ledgerDue = now + RemovalMilliseconds;
        }

        return now >= _ledgerDue;
    }

    private void Write(long now)
    {
        TaskCompletionSource<AppendResult>? group;
        TaskCompletionSource? room;
        TaskCompletionSource<bool>[] flushes;
        lock (state.Gate)
        {
            _work.Take(withRows: MustWriteRows(now));
            (group, _group) = (_group, null);
            (room, _room) = (_room, null);
            flushes = [.. _flushes];
            _flushes.Clear();
            _removalsDue = long.MaxValue;
        }

        try
        {
            _work.Commit(now);
        }
        catch (StoreException)
        {
            lock (state.Gate)
            {
                _work.Failed();
                state.StoreFails = true;
                _removalsDue = Math.Min(_removalsDue, now);
            }

            group?.SetResult(AppendResult.Undurable);
            room?.SetResult();
            Array.ForEach(flushes, static flush => flush.SetResult(false));
            throw;
        }

        lock (state.Gate)
        {
            _work.Committed();
            state.StoreFails = false;
            state.Trim(clock.Now, int.MaxValue);
        }

        group?.SetResult(AppendResult.Accepted);
        room?.SetResult();
        Array.ForEach(flushes, static flush => flush.SetResult(true));
        Recovered();
    }

    private void Recovered()
    {
        if (Health != StoreHealth.Healthy)
        {
            (Health, Problem, _failures, _retryAt) = (StoreHealth.Healthy, null, 0, 0);
            log.StoreRecovered();
        }
    }

    private void Failed(StoreException failure, long now)
    {
        var health = failure.IsFull ? StoreHealth.Full : StoreHealth.Failing;
        if (Health != health)
        {
            (Health, Problem) = (health, failure.Message);
            log.StoreFailed(failure.Message);
        }

        if (!failure.IsFull)
        {
            // After a failed sync nothing that the kernel or SQLite remember of the file can be trusted.
            file.Close();
        }

        _retryAt = now + RetryMilliseconds[Math.Min(_failures++, RetryMilliseconds.Length - 1)];
    }

    private long NextDue()
    {
        var due = Math.Min(_removalsDue, _ledgerDue);
        if (state.Lanes.NextDue is var offer && offer > clock.Now)
        {
            // What is due already was offered; a drainer that is not hungry comes by itself.
            due = Math.Min(due, offer);
        }

        if (state.WriteBehind.OldestAcceptedAt() is var oldest && oldest != long.MaxValue)
        {
            due = Math.Min(due, oldest + _writeDelay);
        }

        return due == long.MaxValue ? due : Math.Max(due, _retryAt);
    }

    private void Finish()
    {
        try
        {
            file.EnsureOpen();
            if (state.WriteBehind.Count > 0 || state.Ledger.HasChanged)
            {
                Write(clock.Now);
            }

            _work.Close();
            log.Closed(state.Depth);
        }
        catch (StoreException failure)
        {
            log.StoreFailed(failure.Message);
            log.ClosedUnwritten(state.WriteBehind.Count);
        }

        file.Close();
        lock (state.Gate)
        {
            _group?.SetResult(AppendResult.Undurable);
            _room?.SetResult();
            _flushes.ForEach(static flush => flush.SetResult(false));
            _flushes.Clear();
        }
    }
}
