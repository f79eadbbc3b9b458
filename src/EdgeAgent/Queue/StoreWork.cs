using System.Runtime.InteropServices;
using EdgeAgent.Readings;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The store's figures after its last transaction. Immutable.</summary>
/// <param name="BytesOnDisk">(pages - free pages) x page size + WAL.</param>
/// <param name="BytesWritten">Handed to the kernel in this run.</param>
/// <param name="DeadLetters">Rows in the dead letters.</param>
/// <param name="Oldest">Number and wall time of the oldest row.</param>
internal sealed record StoreFigures(long BytesOnDisk, long BytesWritten, long DeadLetters, (long Sequence, long WallTime)? Oldest);

/// <summary>What the store does in one go: take what is due from memory (under the lock), commit it, tell memory. The store thread's alone.</summary>
internal sealed class StoreWork(QueueState state, StoreFile file, EraClock eras, Limits limits, RowLookup lookup)
{
    /// <summary>The depth is noted when it has changed by so many: an estimate after a crash is no further off.</summary>
    private const long DepthNotedEvery = StoredState.CountedRows;

    private const long SyncMilliseconds = 1_000;
    private const int TidyEvery = 1_000;
    private const long SmallestFree = 256 << 10;

    private readonly List<SequenceRange>[] _removals = [[], []];
    private readonly List<EnvelopeEntry> _storedEnvelopes = [];
    private readonly List<EnvelopeEntry> _retired = [];
    private List<Unwritten> _rows = [];
    private readonly int[] _removed = [0, 0];
    private (LedgerEntry[] Changed, long[] Ended) _ledger = ([], []);
    private Refusal[] _refusals = [];
    private List<LetterChange> _letters = [];
    private long _unwritten;
    private bool _canGiveBack;
    private long _notedDepth = state.Depths.Total;
    private long _lastSync;
    private int _untidied;

    public ThreadWrites? Writes { get; set; }

    public StoreFigures Figures { get; private set; } = new(0, 0, 0, null);

    /// <summary>Removed rows lie in the file that could go when there is nothing better to do.</summary>
    public bool CanGiveBack => _canGiveBack;

    /// <summary>Under the lock: what the next commit is about.</summary>
    /// <param name="withRows">Whether new messages are written too.</param>
    public void Take(bool withRows)
    {
        _rows = withRows ? state.WriteBehind.Cut() : [];
        _unwritten = state.WriteBehind.LowestUnwritten();
        for (var i = 0; i < _removals.Length; i++)
        {
            _removed[i] = state.Classes[i].Removals.Count;
            _removals[i] = state.Classes[i].Removals.Take();
        }

        _ledger = state.Ledger.Take();
        _refusals = [.. state.Endings.Refusals];
        state.Endings.Refusals.Clear();
        _letters = state.Lanes.Letters.Take();
        while (state.Envelopes.Retired.TryDequeue(out var retired))
        {
            _retired.Add(retired);
        }
    }

    /// <exception cref="StoreException">Nothing of it is certain.</exception>
    public void Commit(long now)
    {
        var isPromise = _rows.Count > 0 || _refusals.Length > 0 || _letters.Count > 0 || _ledger.Changed.Length > 0;
        isPromise |= limits.Thinned is not null || (eras.HasCorrection && Figures.Oldest is not null);
        if (!isPromise && _ledger.Ended.Length == 0 && _retired.Count == 0 && _removals[0].Count == 0 && _removals[1].Count == 0)
        {
            return;
        }

        if (_rows.Count > 0)
        {
            CheckFreeSpace();
        }

        // Removals may be undone by a power cut, which costs duplicates: a sync now and then bounds them.
        var isSynchronous = isPromise || now - _lastSync >= SyncMilliseconds;
        file.Database.Transact(isSynchronous, Work);
        if (isSynchronous)
        {
            _lastSync = now;
        }
    }

    /// <summary>Looks at the file after a commit, and before the first one.</summary>
    public void Refresh() => Figures = Measure();

    /// <summary>A WAL that a large transaction has left takes room that messages could have.</summary>
    public void ShrinkWal()
    {
        if (file.Database.WalSize > state.Limits.Present.MaxSize / 8)
        {
            file.Database.Checkpoint();
            Figures = Measure();
        }
    }

    /// <summary>Under the lock: the commit succeeded.</summary>
    public void Committed()
    {
        state.WriteBehind.Committed();
        eras.Written();
        limits.Committed();
        _storedEnvelopes.ForEach(static entry => entry.IsStored = true);
        Forget();
    }

    /// <summary>Under the lock: the commit failed, and all of it has to be done again.</summary>
    public void Failed()
    {
        state.WriteBehind.Failed();
        file.ForgetNotes();
        state.Endings.Refusals.InsertRange(0, _refusals);
        state.Lanes.Letters.Restore(_letters);
        state.Ledger.Restore(_ledger);
        for (var i = 0; i < _removals.Length; i++)
        {
            state.Classes[i].Removals.Restore(_removals[i]);
        }

        _retired.ForEach(state.Envelopes.Retired.Enqueue);
        Forget();
    }

    /// <summary>Gives a slice of the space of removed rows back.</summary>
    public void GiveBack()
    {
        var database = file.Database;
        database.Transact(isSynchronous: false, () =>
        {
            foreach (var removal in database.Removals.Where(removal => removal.CanGiveBack(Figures.BytesOnDisk, state.Depths.Total, limits.NeedsRoom)))
            {
                removal.GiveBack(Figures.BytesOnDisk, state.Depths.Total);
            }
        });
        Figures = Measure();
    }

    /// <summary>Leaves the file as a clean stop leaves it.</summary>
    public void Close()
    {
        file.Database.Transact(isSynchronous: true, () =>
        {
            NoteDepth();
            Tidy();
            file.Database.Eras.Close(state.Era);
        });
        file.Database.Checkpoint();
    }

    private void Work()
    {
        var database = file.Database;
        eras.Write(database);
        WriteThinned(database);
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_rows))
        {
            StoreEnvelope(message.Envelope);
            database.Messages[(int)message.Envelope.Envelope.Priority].Insert(in message);
            if (message.Envelope.Envelope.Offline == OfflinePolicy.KeepLatest)
            {
                database.Envelopes.SetLatest(message.Envelope.Id, message.Sequence);
            }
        }

        foreach (var refusal in _refusals)
        {
            if (refusal.InMemory is { } message)
            {
                StoreEnvelope(message.Envelope);
            }

            database.Dead.Add(refusal, database.Messages[(int)refusal.Owner.Priority]);
        }

        _letters.ForEach(database.Dead.Change);
        for (var i = 0; i < _removals.Length; i++)
        {
            database.Removals[i].Remove(_removals[i], _removed[i], _unwritten);
        }

        WriteLedger(database);
        _retired.ForEach(database.Envelopes.Close);
        if (Math.Abs(state.Depths.Total - _notedDepth) >= DepthNotedEvery)
        {
            NoteDepth();
        }

        if (++_untidied >= TidyEvery)
        {
            Tidy();
        }
    }

    private void WriteThinned(Database database)
    {
        if (limits.Thinned is not { } range)
        {
            return;
        }

        _ = database.Messages[0].Delete(range);
        foreach (var message in limits.Steps)
        {
            StoreEnvelope(message.Envelope);
            database.Messages[0].Insert(in message);
        }
    }

    private void WriteLedger(Database database)
    {
        Array.ForEach(_ledger.Changed, database.Ledger.Write);
        Array.ForEach(_ledger.Ended, database.Ledger.Delete);
        if (_ledger.Ended.Length > 0)
        {
            database.State[StateKeys.LastLedgerId] = Math.Max(database.State[StateKeys.LastLedgerId] ?? 0, _ledger.Ended.Max());
        }
    }

    /// <summary>keep_free stops growth: what fits into free pages is still written.</summary>
    private void CheckFreeSpace()
    {
        var keepFree = state.Limits.Present.KeepFree;
        if (keepFree > 0 && file.Database.FreeBytes < SmallestFree && new DriveInfo(Path.GetDirectoryName(file.Path)!).AvailableFreeSpace < keepFree)
        {
            throw new StoreException(raw.SQLITE_FULL, "the file system has less free space than queue.keep_free; free some, or lower it");
        }
    }

    private void StoreEnvelope(EnvelopeEntry entry)
    {
        if (!entry.IsStored && !_storedEnvelopes.Contains(entry))
        {
            file.Database.Envelopes.Insert(entry);
            _storedEnvelopes.Add(entry);
        }
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
        var database = file.Database;
        var lowest = Math.Min(database.Messages[0].LowestAbove(database.Removals[0].RemovedTo) ?? long.MaxValue,
            database.Messages[1].LowestAbove(database.Removals[1].RemovedTo) ?? long.MaxValue);
        lowest = Math.Min(lowest, Math.Min(database.Dead.Lowest(), state.Era.First));
        database.Eras.DeleteUnused(lowest);
        database.Envelopes.DeleteUnused(lowest);
    }

    private StoreFigures Measure()
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
        _canGiveBack = file.Database.Removals.Any(removal => removal.CanGiveBack(size, state.Depths.Total, limits.NeedsRoom));
        return new(size, Writes?.Count ?? 0, file.DeadLetters, oldest!.Value.Sequence == long.MaxValue ? null : oldest);
    }

    private void Forget()
    {
        _storedEnvelopes.Clear();
        _retired.Clear();
        _refusals = [];
        _letters = [];
        _ledger = ([], []);
    }
}
