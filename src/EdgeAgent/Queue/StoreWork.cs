using System.Runtime.InteropServices;

namespace EdgeAgent.Queue;

/// <summary>The store's figures after its last transaction. Immutable.</summary>
/// <param name="BytesOnDisk">(pages - free pages) x page size + WAL.</param>
/// <param name="BytesWritten">Handed to the kernel in this run.</param>
/// <param name="DeadLetters">Rows in the dead letters.</param>
/// <param name="Oldest">Number and wall time of the oldest row.</param>
internal sealed record StoreFigures(long BytesOnDisk, long BytesWritten, long DeadLetters, (long Sequence, long WallTime)? Oldest);

/// <summary>What the store does in one go: take what is due from memory (under the lock), commit it, tell memory. The store thread's alone.</summary>
internal sealed class StoreWork(QueueState state, StoreFile file)
{
    /// <summary>The depth is noted when it has changed by so many: an estimate after a crash is no further off.</summary>
    private const long DepthNotedEvery = StoredState.CountedRows;

    private const long SyncMilliseconds = 1_000;
    private const int TidyEvery = 1_000;

    private readonly List<SequenceRange>[] _removals = [[], []];
    private readonly List<EnvelopeEntry> _storedEnvelopes = [];
    private readonly List<EnvelopeEntry> _retired = [];
    private readonly RowLookup _lookup = new(state, file);
    private List<Unwritten> _rows = [];
    private readonly int[] _removed = [0, 0];
    private (LedgerEntry[] Changed, long[] Ended) _ledger = ([], []);
    private Refusal[] _refusals = [];
    private long _unwritten;
    private bool _canGiveBack;
    private long _notedDepth = state.Depth;
    private long _lastSync;
    private int _untidied;

    public ThreadWrites? Writes { get; set; }

    public StoreFigures Figures { get; private set; } = new(file.Size, 0, file.DeadLetters, null);

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
        _refusals = [.. state.Refusals];
        state.Refusals.Clear();
        while (state.Envelopes.Retired.TryDequeue(out var retired))
        {
            _retired.Add(retired);
        }
    }

    /// <exception cref="StoreException">Nothing of it is certain.</exception>
    public void Commit(long now)
    {
        var isPromise = _rows.Count > 0 || _refusals.Length > 0 || _ledger.Changed.Length > 0;
        if (!isPromise && _ledger.Ended.Length == 0 && _retired.Count == 0 && _removals[0].Count == 0 && _removals[1].Count == 0)
        {
            return;
        }

        // Removals may be undone by a power cut, which costs duplicates: a sync now and then bounds them.
        var isSynchronous = isPromise || now - _lastSync >= SyncMilliseconds;
        file.Database.Transact(isSynchronous, Work);
        if (isSynchronous)
        {
            _lastSync = now;
        }
    }

    /// <summary>Under the lock: the commit succeeded.</summary>
    public void Committed()
    {
        state.WriteBehind.Committed();
        _storedEnvelopes.ForEach(static entry => entry.IsStored = true);
        Forget();
        Figures = Measure();
    }

    /// <summary>Under the lock: the commit failed, and all of it has to be done again.</summary>
    public void Failed()
    {
        state.WriteBehind.Failed();
        file.ForgetNotes();
        state.Refusals.InsertRange(0, _refusals);
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
            foreach (var removal in database.Removals.Where(removal => removal.CanGiveBack(Figures.BytesOnDisk, state.Depth, isNeeded: false)))
            {
                removal.GiveBack(Figures.BytesOnDisk, state.Depth);
            }
        });
        Figures = Measure();
    }

    /// <summary>Reads ahead, and reads again what is to be tried again.</summary>
    public void Read()
    {
        foreach (var owner in state.Classes)
        {
            Chunk chunk;
            long end;
            lock (state.Gate)
            {
                if (!state.Lanes.NeedsReading(owner) || !owner.Ahead.TryBeginFill(owner.Cursor, out chunk))
                {
                    continue;
                }

                end = state.Ring.First;
            }

            var succeeded = false;
            try
            {
                file.Database.Messages[(int)owner.Priority].Fill(chunk, end, _lookup.Envelope, _lookup.Era);
                succeeded = true;
            }
            finally
            {
                lock (state.Gate)
                {
                    foreach (var (from, to) in owner.Removals.Ranges)
                    {
                        chunk.End(from, to);
                    }

                    _ = owner.Ahead.EndFill(succeeded);
                }
            }
        }

        ReadRetries();
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
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_rows))
        {
            StoreEnvelope(message.Envelope);
            database.Messages[(int)message.Envelope.Envelope.Priority].Insert(in message);
        }

        foreach (var refusal in _refusals)
        {
            if (refusal.InMemory is { } message)
            {
                StoreEnvelope(message.Envelope);
            }

            database.Dead.Add(refusal, database.Messages[(int)refusal.Owner.Priority]);
        }

        for (var i = 0; i < _removals.Length; i++)
        {
            database.Removals[i].Remove(_removals[i], _removed[i], _unwritten);
        }

        WriteLedger(database);
        _retired.ForEach(database.Envelopes.Close);
        if (Math.Abs(state.Depth - _notedDepth) >= DepthNotedEvery)
        {
            NoteDepth();
        }

        if (++_untidied >= TidyEvery)
        {
            Tidy();
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
            depth = _notedDepth = state.Depth;
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

    private void ReadRetries()
    {
        List<Retry> retries;
        lock (state.Gate)
        {
            retries = state.Lanes.Retries.BeginReading();
        }

        var succeeded = false;
        try
        {
            foreach (var retry in retries)
            {
                file.Database.Messages[(int)retry.Owner.Priority].Read(retry, _lookup.Envelope, _lookup.Era);
            }

            succeeded = true;
        }
        finally
        {
            lock (state.Gate)
            {
                state.Lanes.Retries.EndReading(retries, succeeded);
            }
        }
    }

    private StoreFigures Measure()
    {
        var oldest = Figures.Oldest;
        for (var i = 0; i < 2; i++)
        {
            var (sequence, bootTime) = file.Database.Messages[i].Oldest(file.Database.Removals[i].RemovedTo) ?? (long.MaxValue, 0);
            if (i == 0 || sequence < oldest!.Value.Sequence)
            {
                oldest = (sequence, sequence == long.MaxValue ? 0 : _lookup.Era(sequence).Era.WallOffset + bootTime);
            }
        }

        var size = file.Size;
        _canGiveBack = file.Database.Removals.Any(removal => removal.CanGiveBack(size, state.Depth, isNeeded: false));
        return new(size, Writes?.Count ?? 0, file.DeadLetters, oldest!.Value.Sequence == long.MaxValue ? null : oldest);
    }

    private void Forget()
    {
        _storedEnvelopes.Clear();
        _retired.Clear();
        _refusals = [];
        _ledger = ([], []);
    }
}

/// <summary>The envelope and the era of a row, remembered from row to row. The store thread's alone.</summary>
internal sealed class RowLookup(QueueState state, StoreFile file)
{
    private readonly Dictionary<long, EnvelopeEntry> _envelopes = [];
    private EnvelopeEntry? _envelope;
    private EraEntry? _era;
    private long _eraEnd;

    public EnvelopeEntry? Envelope(long id)
    {
        if (_envelope?.Id == id)
        {
            return _envelope;
        }

        if (!_envelopes.TryGetValue(id, out var entry))
        {
            lock (state.Gate)
            {
                entry = state.Envelopes.Find(id);
            }

            if (entry is null && file.Database.Envelopes.Find(id) is var (envelope, isOpen))
            {
                lock (state.Gate)
                {
                    entry = state.Envelopes.Load(id, envelope, isOpen);
                }
            }

            if (entry is null)
            {
                return null;
            }

            if (_envelopes.Count >= EnvelopeTable.Capacity)
            {
                _envelopes.Clear();
            }

            _envelopes[id] = entry;
        }

        return _envelope = entry;
    }

    public EraEntry Era(long sequence)
    {
        if (_era is null || sequence < _era.First || sequence >= _eraEnd)
        {
            (_era, _eraEnd) = state.Eras.Find(sequence, file.Database);
        }

        return _era;
    }
}
