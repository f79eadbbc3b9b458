namespace EdgeAgent.Queue;

/// <summary>When the store has to write: before the loss window runs out, and soon enough to bound the duplicates after a crash. Under the queue's lock.</summary>
internal sealed class StoreSchedule(QueueState state, Alarm alarm, TimeSpan lossWindow)
{
    /// <summary>Removals wait for so many, or so long: this bounds the duplicates after a crash.</summary>
    private const int RemovalsAtOnce = 5_000;

    private const long RemovalMilliseconds = 1_000;

    /// <summary>So many unwritten bytes are written before their time.</summary>
    private const long BytesAtOnce = 256 << 10;

    /// <summary>A quarter of the window is left for the commit itself.</summary>
    private readonly long _writeDelay = (long)(lossWindow.TotalMilliseconds * 3 / 4);

    private long _removalsDue = long.MaxValue;
    private long _ledgerDue = long.MaxValue;

    public Waiters Waiters { get; } = new();

    /// <summary>Everything is to be written, and nothing more is accepted.</summary>
    public bool IsClosing { get; private set; }

    private int Removals => state.Classes[0].Removals.Count + state.Classes[1].Removals.Count;

    /// <summary>A message was appended.</summary>
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

    /// <summary>Messages ended: delivered, or lost.</summary>
    public void Ended(long now)
    {
        var count = Removals;
        if (count > 0 && _removalsDue == long.MaxValue)
        {
            _removalsDue = now + RemovalMilliseconds;
            alarm.WakeAt(_removalsDue);
        }

        if (count >= RemovalsAtOnce)
        {
            alarm.Wake();
        }

        if (state.Ledger.HasChanged && _ledgerDue == long.MaxValue)
        {
            _ledgerDue = now + RemovalMilliseconds;
            alarm.WakeAt(_ledgerDue);
        }
    }

    public void Close()
    {
        IsClosing = true;
        alarm.Wake();
    }

    /// <summary>Whether messages are due to be written. Removals alone never bring a message to disk before its time.</summary>
    public bool RowsAreDue(long now) =>
        IsClosing || Waiters.WantWriting || state.WriteBehind.Bytes >= BytesAtOnce
        || (state.WriteBehind.OldestAcceptedAt() is var oldest && oldest != long.MaxValue && now - oldest >= _writeDelay);

    /// <summary>Whether anything is.</summary>
    public bool IsDue(long now) =>
        RowsAreDue(now) || Waiters.HaveDecided || state.Endings.Refusals.Count > 0 || state.Lanes.Letters.HasChanged || LedgerIsDue(now) || now >= _removalsDue || Removals >= RemovalsAtOnce;

    /// <summary>A commit takes all removals.</summary>
    public void RemovalsTaken() => _removalsDue = long.MaxValue;

    /// <summary>It failed: they are due again.</summary>
    public void RemovalsFailed(long now) => _removalsDue = Math.Min(_removalsDue, now);

    /// <summary>When something will be, milliseconds of the queue's clock; <see cref="long.MaxValue"/>: nothing waits for a time.</summary>
    public long NextDue()
    {
        var due = Math.Min(_removalsDue, _ledgerDue);
        return state.WriteBehind.OldestAcceptedAt() is var oldest && oldest != long.MaxValue ? Math.Min(due, oldest + _writeDelay) : due;
    }

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
}
