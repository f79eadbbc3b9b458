using System.Runtime.InteropServices;
using EdgeAgent.Readings;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>What the store does in one go: take what is due from memory (under the lock), commit it, tell memory. The store thread's alone.</summary>
internal sealed class StoreWork(QueueState state, StoreFile file, EraClock eras, Limits limits, StoreUpkeep upkeep)
{
    private const long SyncMilliseconds = 1_000;
    private const long SmallestFree = 256 << 10;

    private readonly CommitBatch _batch = new(state);
    private readonly List<EnvelopeEntry> _storedEnvelopes = [];
    private long _lastSync;
    private bool _isWritten;

    /// <summary>Under the lock: what the next commit is about.</summary>
    /// <param name="withRows">Whether new messages are written too.</param>
    public void Take(bool withRows)
    {
        _isWritten = false;
        _batch.Take(withRows);
    }

    /// <exception cref="StoreException">Nothing of it is certain.</exception>
    public void Commit(long now)
    {
        var isPromise = _batch.HasPromise || limits.Thinned is not null || (eras.HasCorrection && upkeep.Figures.Oldest is not null);
        if (!isPromise && _batch.IsEmpty)
        {
            return;
        }

        if (_batch.Rows.Count > 0)
        {
            CheckFreeSpace();
        }

        // Removals may be undone by a power cut, which costs duplicates: a sync now and then bounds them.
        var isSynchronous = isPromise || now - _lastSync >= SyncMilliseconds;
        file.Database.Transact(isSynchronous, Write);
        _isWritten = true;
        if (isSynchronous)
        {
            _lastSync = now;
        }
    }

    /// <summary>Under the lock: the commit succeeded.</summary>
    public void Committed()
    {
        _batch.Committed();
        limits.Committed();
        if (_isWritten)
        {
            // Not after a commit that had nothing to do: eras are no reason to write, and wait for one.
            eras.Written();
        }

        _storedEnvelopes.ForEach(static entry => entry.IsStored = true);
        _storedEnvelopes.Clear();
    }

    /// <summary>Under the lock: the commit failed, and all of it has to be done again.</summary>
    public void Failed()
    {
        _batch.Failed();
        _storedEnvelopes.Clear();
    }

    /// <summary>Leaves the file as a clean stop leaves it.</summary>
    public void Close()
    {
        file.Database.Transact(isSynchronous: true, () =>
        {
            upkeep.Finish();
            file.Database.Eras.Close(state.Era);
        });
        file.Database.Checkpoint();
    }

    private void Write()
    {
        var database = file.Database;
        eras.Write(database);
        WriteThinned(database);
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_batch.Rows))
        {
            StoreEnvelope(message.Envelope);
            database.Messages[(int)message.Envelope.Envelope.Priority].Insert(in message);
            if (message.Envelope.Envelope.Offline == OfflinePolicy.KeepLatest)
            {
                database.Envelopes.SetLatest(message.Envelope.Id, message.Sequence);
            }
        }

        foreach (var refusal in _batch.Refusals)
        {
            if (refusal.InMemory is { } message)
            {
                StoreEnvelope(message.Envelope);
            }

            database.Dead.Add(refusal, database.Messages[(int)refusal.Owner.Priority]);
        }

        _batch.Letters.ForEach(database.Dead.Change);
        for (var i = 0; i < _batch.Removals.Count; i++)
        {
            database.Removals[i].Remove(_batch.Removals[i], _batch.Removed[i], _batch.LowestUnwritten);
        }

        WriteLedger(database);
        _batch.Retired.ForEach(database.Envelopes.Close);
        upkeep.KeepUp();
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
        var (changed, ended) = _batch.Ledger;
        Array.ForEach(changed, database.Ledger.Write);
        Array.ForEach(ended, database.Ledger.Delete);
        if (ended.Length > 0)
        {
            database.State[StateKeys.LastLedgerId] = Math.Max(database.State[StateKeys.LastLedgerId] ?? 0, ended.Max());
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
}
