using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// Takes what can be read out of a damaged file that was moved aside, row by row, into the new one, a slice at a time. Messages keep
/// their numbers and eras, so they keep their ids. Where a page cannot be read it goes on behind it; what was lost there is
/// told in the ledger. A restart goes on where this one was. The damaged file is never changed again, and never deleted. The store thread's alone.
/// </summary>
internal sealed class Salvage(PendingSalvage pending, StoreFile file, QueueState state, ILogger log) : IDisposable
{
    private const int Slice = 1_000;

    private readonly SalvageProgress _progress = new(pending.Path);
    private readonly long _below = pending.Below;
    private DamagedQueue? _damaged;
    private int _table = -1;
    private long _last;
    private long _skip;

    /// <summary>The damaged file.</summary>
    public string Path => pending.Path;

    /// <summary>Everything that can be read has been.</summary>
    public bool IsDone => _table >= DamagedQueue.Tables.Length;

    /// <summary>Does one slice.</summary>
    /// <exception cref="StoreException">The new file failed; the next call does the same slice again.</exception>
    public void Step()
    {
        if (_table < 0)
        {
            Begin();
            return;
        }

        var rows = _damaged!.Rows(_table, _last, _below, Slice);
        if (rows.Count > 0)
        {
            Keep(rows);
            (_last, _skip) = (rows[^1].Sequence, 0);
        }

        if (rows.Count < Slice && !TryPass())
        {
            _table++;
            _last = IsDone ? 0 : Start();
        }

        if (IsDone)
        {
            End();
        }
    }

    public void Dispose()
    {
        _damaged?.Dispose();
        _damaged = null;
    }

    private void Begin()
    {
        _damaged ??= DamagedQueue.TryOpen(Path);
        if (_damaged is null)
        {
            _table = DamagedQueue.Tables.Length;
            End();
            return;
        }

        if (_progress.TryResume(file.Database.State))
        {
            log.SalvageGoesOn(Path, _progress.Rescued);
        }
        else
        {
            CopyTables();
        }

        _table = 0;
        _last = Start();
    }

    private void CopyTables()
    {
        var database = file.Database;
        database.Transact(isSynchronous: true, () =>
        {
            new SalvagedTables(_damaged!, database).Copy();
            _progress.Write(database.State, 0, _damaged!.RemovedTo(0), 0, 0);
        });
        database.Dead.Forget();
        var entries = database.Ledger.Read();
        var retried = database.Dead.Retried();
        lock (state.Gate)
        {
            database.Envelopes.Load(state.Envelopes, state.Ring.Next - 1);
            state.Ledger.Load(entries);
            state.Lanes.Letters.Load(retried);
            state.Depths.Found(retried.Count);
        }
    }

    /// <summary>What the table is read from: where an earlier run was, or behind what was removed.</summary>
    private long Start() => _progress.Reached(file.Database.State, _table) ?? _damaged!.RemovedTo(_table);

    private void Keep(List<SalvagedRow> rows)
    {
        var table = file.Database.Messages[_table];
        var owner = state.Classes[_table];
        var (kept, lost) = (0, 0);
        lock (state.Gate)
        {
            // From here on no range of removals may reach across the numbers that come back.
            owner.Narrow();
        }

        file.Database.Transact(isSynchronous: true, () =>
        {
            (kept, lost) = (0, 0);
            file.Database.Removals[_table].MakeWay(rows[0].Sequence);
            foreach (var (sequence, envelope, bootTime, body) in rows)
            {
                if (file.Database.Envelopes.Find(envelope) is null)
                {
                    lost++;
                }
                else if (table.Oldest(sequence - 1)?.Sequence != sequence)
                {
                    table.Insert(sequence, envelope, bootTime, body);
                    kept++;
                }
            }

            _progress.Write(file.Database.State, _table, rows[^1].Sequence, kept, lost);
        });
        _progress.Add(kept, lost);
        lock (state.Gate)
        {
            owner.LastOnDisk = Math.Max(owner.LastOnDisk, rows[^1].Sequence);
            owner.Rewind(rows[0].Sequence);
            state.Depths.Found(kept);
        }
    }

    /// <summary>Goes on at the first row behind the last one that could be read; false where there is none.</summary>
    private bool TryPass()
    {
        if (DamagedStretch.Pass(_last, _skip, above => _damaged!.FirstAbove(_table, above)) is not var (step, found) || found >= _below)
        {
            return false;
        }

        _progress.Add(rescued: 0, step == 0 ? 0 : Math.Min(step, found - _last - 1));
        _last = found - 1;

        // A number may be found whose row cannot be read: the next look goes further.
        _skip = (step * 2) + 1;
        return true;
    }

    private void End()
    {
        lock (state.Gate)
        {
            state.Ledger.Add(LossReason.Unreadable, "*", state.Era.Era.Name, new(0, 0), null, null, _progress.Unreadable,
                $"The queue file was damaged and lies at {Path}. {_progress.Rescued} messages were read from it; about {_progress.Unreadable} could not be.");
        }

        log.Salvaged(_progress.Rescued, _progress.Unreadable, Path);
        lock (state.Gate)
        {
            // The rows are back, so that a new message of a sensor that keeps its latest can take their place. At most a thousand look-ups.
            StoredState.LoadLatest(file.Database, state.Envelopes);
        }
    }
}
