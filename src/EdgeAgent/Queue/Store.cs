using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// The one thread that uses the file, for reading too. It sleeps until there is something to write, to remove or to read ahead,
/// does it, and sleeps again; a failure of the file is a state of it, not its end.
/// </summary>
internal sealed class Store(QueueState state, Alarm alarm, QueueClock clock, StoreParts parts, TimeSpan lossWindow, ILogger log)
{
    /// <summary>Removals wait for so many, or so long: this bounds the duplicates after a crash.</summary>
    private const int RemovalsAtOnce = 5_000;

    private const long RemovalMilliseconds = 1_000;
    private const long ClockMilliseconds = 1_000;

    /// <summary>So many unwritten bytes are written before their time.</summary>
    private const long BytesAtOnce = 256 << 10;

    private static readonly long[] RetryMilliseconds = [100, 500, 1_000, 2_000, 5_000, 10_000];

    /// <summary>A quarter of the window is left for the commit itself.</summary>
    private readonly long _writeDelay = (long)(lossWindow.TotalMilliseconds * 3 / 4);

    private long _removalsDue = long.MaxValue;
    private long _ledgerDue = long.MaxValue;
    private long _clockDue;
    private long _retryAt;
    private int _failures;

    /// <summary>Called without the lock when the drainer may find something new.</summary>
    public Action? Available { get; set; }

    public Waiters Waiters { get; } = new();

    public string? Problem { get; private set; }

    public StoreHealth Health { get; private set; }

    public StoreFigures Figures => parts.Work.Figures;

    public bool IsClosing { get; private set; }

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

    /// <summary>Under the lock: the thread writes everything and ends.</summary>
    public void Close()
    {
        IsClosing = true;
        alarm.Wake();
    }

    /// <summary>The thread's work, until <see cref="Close"/>.</summary>
    public void Run()
    {
        using var writes = new ThreadWrites();
        parts.Work.Writes = writes;
        _ = Try(parts.Work.Refresh, clock.Now);
        while (true)
        {
            alarm.Wait();
            while (Pass())
            {
            }

            lock (state.Gate)
            {
                Waiters.Idle();
                if (IsClosing)
                {
                    break;
                }

                alarm.WakeAt(NextDue());
            }
        }

        Finish();
    }

    /// <summary>Does what is due; true where there may be more at once.</summary>
    private bool Pass()
    {
        var now = clock.Now;
        if (now >= _clockDue)
        {
            _clockDue = now + ClockMilliseconds;
            parts.Eras.Check();
        }

        bool writes;
        bool reads;
        bool offers;
        bool mayTry;
        lock (state.Gate)
        {
            mayTry = now >= _retryAt || IsClosing;
            writes = mayTry && MustWrite(now);
            reads = !IsClosing && (mayTry || Health == StoreHealth.Full) && state.Lanes.NeedsReading();
            offers = state.Lanes.NextDue <= now;
        }

        if (offers)
        {
            Offer();
        }

        // Reading goes on while a full disk refuses to be written: the drain is what makes room.
        var succeeded = (!writes || Try(() => Write(now), now)) & (!reads || Try(parts.Reading.Read, now));
        if (reads)
        {
            Offer();
        }

        if (!writes && !reads)
        {
            return mayTry && !IsClosing && DoSpareWork(now);
        }

        return succeeded && !IsClosing;
    }

    /// <summary>One slice of what can wait; false where there is nothing.</summary>
    private bool DoSpareWork(long now)
    {
        if (parts.Work.CanGiveBack)
        {
            return Try(parts.Work.GiveBack, now);
        }

        if (parts.Limits.IsOver)
        {
            return Try(() => KeepWithin(now), now);
        }

        if (now >= parts.Limits.NextAgeCheck)
        {
            return Try(() => _ = parts.Limits.Expire(now, parts.Ages()), now) && Try(() => Write(now), now);
        }

        return parts.Salvage is not null && Try(SalvageSlice, now);
    }

    private void KeepWithin(long now)
    {
        parts.Limits.MakeRoom();
        Write(now);
        parts.Work.ShrinkWal();
    }

    private void SalvageSlice()
    {
        if (parts.Salvage!.IsDone)
        {
            parts.Salvage.Dispose();
            parts.Salvage = null;
            return;
        }

        Write(clock.Now);
        parts.Salvage.Step();
        Offer();
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
            parts.EnsureOpen();
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
        IsClosing || Waiters.WantWriting || state.WriteBehind.Bytes >= BytesAtOnce
        || (state.WriteBehind.OldestAcceptedAt() is var oldest && oldest != long.MaxValue && now - oldest >= _writeDelay);

    private bool MustWrite(long now) => MustWriteRows(now)
        || state.Refusals.Count > 0 || LedgerIsDue(now) || now >= _removalsDue || (parts.Eras.HasCorrection && Figures.Oldest is not null)
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
        if (Health == StoreHealth.Full)
        {
            // New rows may still find no room. What was delivered goes first, with the ballast's room if it must be.
            Write(now, withRows: false);
        }

        Write(now, withRows: true);
        Recovered();
    }

    private void Write(long now, bool withRows)
    {
        Action<bool> complete;
        lock (state.Gate)
        {
            withRows &= MustWriteRows(now);
            parts.Work.Take(withRows);
            complete = withRows ? Waiters.TakeWriting() : static _ => { };
            _removalsDue = long.MaxValue;
        }

        try
        {
            parts.Work.Commit(now);
        }
        catch (StoreException failure)
        {
            lock (state.Gate)
            {
                parts.Work.Failed();
                state.StoreFails = true;
                _removalsDue = Math.Min(_removalsDue, now);
            }

            complete(false);
            if (failure.IsFull && !withRows && parts.Ballast.Release())
            {
                Write(now, withRows: false);
                return;
            }

            throw;
        }

        lock (state.Gate)
        {
            parts.Work.Committed();
            state.StoreFails &= !withRows;
            state.Trim(clock.Now, int.MaxValue);
        }

        complete(true);
        parts.Work.Refresh();
    }

    private void Recovered()
    {
        if (Health != StoreHealth.Healthy)
        {
            (Health, Problem, _failures, _retryAt) = (StoreHealth.Healthy, null, 0, 0);
            log.StoreRecovered();
            parts.Ballast.Restore();
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

        lock (state.Gate)
        {
            state.StoreFails = true;
        }

        if (!failure.IsFull)
        {
            // After a failed sync nothing that the kernel or SQLite remember of the file can be trusted.
            parts.Close(failure);
        }

        _retryAt = now + RetryMilliseconds[Math.Min(_failures++, RetryMilliseconds.Length - 1)];
    }

    private long NextDue()
    {
        var due = Math.Min(Math.Min(_removalsDue, _ledgerDue), parts.Limits.NextAgeCheck);
        if (parts.Eras.IsUnsure)
        {
            due = Math.Min(due, _clockDue);
        }

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
            parts.EnsureOpen();
            if (state.WriteBehind.Count > 0 || state.Ledger.HasChanged)
            {
                Write(clock.Now);
            }

            parts.Work.Close();
            log.Closed(state.Depth);
        }
        catch (StoreException failure)
        {
            log.StoreFailed(failure.Message);
            log.ClosedUnwritten(state.WriteBehind.Count);
        }

        parts.Dispose();
        lock (state.Gate)
        {
            Waiters.TakeWriting()(false);
            Waiters.Idle();
        }
    }
}
