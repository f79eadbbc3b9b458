namespace EdgeAgent.Queue;

/// <summary>The store's figures after its last transaction. Immutable.</summary>
/// <param name="BytesOnDisk">(pages - free pages) x page size + WAL.</param>
/// <param name="BytesWritten">Handed to the kernel in this run.</param>
/// <param name="DeadLetters">Rows in the dead letters.</param>
/// <param name="Oldest">Number and wall time of the oldest row.</param>
internal sealed record StoreFigures(long BytesOnDisk, long BytesWritten, long DeadLetters, (long Sequence, long WallTime)? Oldest);

/// <summary>
/// What the file needs beside the commits: it is measured, gets the space of removed rows back, knows about how many messages it holds, and
/// keeps no era or envelope that none of them needs. Each step costs the same whatever the backlog. The store thread's alone.
/// </summary>
internal sealed class StoreUpkeep(QueueState state, StoreFile file, Limits limits, RowLookup lookup)
{
    /// <summary>The depth is noted when it has changed by so many: an estimate after a crash is no further off.</summary>
    private const long DepthNotedEvery = StoredState.CountedRows;

    private const int TidyEvery = 1_000;

    private long _notedDepth = state.Depths.Total;
    private int _untidied;

    /// <summary>Rows of a damaged file are to come back, under eras and envelopes that no row needs yet.</summary>
    public bool IsSalvaging { get; set; }

    public ThreadWrites? Writes { get; set; }

    public StoreFigures Figures { get; private set; } = new(0, 0, 0, null);

    /// <summary>Removed rows lie in the file that could go when there is nothing better to do.</summary>
    public bool CanGiveBack { get; private set; }

    private bool NeedsRoom => limits.NeedsRoom || state.StoreFails;

    /// <summary>Looks at the file after a commit, and before the first one.</summary>
    public void Measure()
    {
        var oldest = Figures.Oldest;
        for (var i = 0; i < 2; i++)
        {
            var (sequence, bootTime) = file.Database.Messages[i].Oldest(file.Database.Removals[i].RemovedTo) ?? (long.MaxValue, 0);
            if (i == 0 || sequence < oldest!.Value.Sequence)
            {
                oldest = (sequence, sequence == long.MaxValue ? 0 : lookup.Era(sequence).Era.WallOffset + bootTime);
            }
        }

        var size = file.Size;
        limits.Measure(size);
        CanGiveBack = file.Database.Removals.Any(removal => removal.CanGiveBack(size, state.Depths.Total, NeedsRoom));
        Figures = new(size, Writes?.Count ?? 0, file.DeadLetters, oldest!.Value.Sequence == long.MaxValue ? null : oldest);
    }

    /// <summary>A WAL that a large transaction has left takes room that messages could have.</summary>
    public void ShrinkWal()
    {
        if (file.Database.WalSize > state.Limits.Present.MaxSize / 8)
        {
            file.Database.Checkpoint();
            Measure();
        }
    }

    /// <summary>Gives a slice of the space of removed rows back.</summary>
    public void GiveBack()
    {
        var database = file.Database;
        database.Transact(isSynchronous: false, () =>
        {
            foreach (var removal in database.Removals.Where(removal => removal.CanGiveBack(Figures.BytesOnDisk, state.Depths.Total, NeedsRoom)))
            {
                removal.GiveBack(Figures.BytesOnDisk, state.Depths.Total);
            }
        });
        Measure();
    }

    /// <summary>In a transaction: what is due of the depth's note and the tidying.</summary>
    public void KeepUp()
    {
        if (Math.Abs(state.Depths.Total - _notedDepth) >= DepthNotedEvery)
        {
            NoteDepth();
        }

        if (++_untidied >= TidyEvery)
        {
            Tidy();
        }
    }

    /// <summary>In the last transaction of a clean stop: the depth is exact, and nothing lies about.</summary>
    public void Finish()
    {
        NoteDepth();
        Tidy();
    }

    private void NoteDepth()
    {
        long depth;
        long from;
        long to;
        lock (state.Gate)
        {
            _notedDepth = state.Depths.Total;
            depth = _notedDepth - state.Lanes.Letters.Count;
            from = Math.Min(state.Classes[0].Cursor, state.Classes[1].Cursor);
            to = state.Ring.Next;
        }

        var rows = file.Database.State;
        rows[StateKeys.Depth] = depth;
        rows[StateKeys.DepthFrom] = from;
        rows[StateKeys.DepthTo] = to;
    }

    /// <summary>Removes eras and envelopes that no message needs any more.</summary>
    private void Tidy()
    {
        _untidied = 0;
        if (IsSalvaging)
        {
            return;
        }

        long first;
        lock (state.Gate)
        {
            // What waits to be written may be older than the present era.
            first = Math.Min(state.Ring.First, state.Era.First);
        }

        var database = file.Database;
        var lowest = Math.Min(database.Messages[0].LowestAbove(database.Removals[0].RemovedTo) ?? long.MaxValue,
            database.Messages[1].LowestAbove(database.Removals[1].RemovedTo) ?? long.MaxValue);
        lowest = Math.Min(lowest, Math.Min(database.Dead.Lowest(), first));
        database.Eras.DeleteUnused(lowest);
        database.Envelopes.DeleteUnused(lowest);
    }
}
