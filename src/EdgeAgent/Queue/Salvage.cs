using EdgeAgent.Readings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>
/// Takes what can be read out of a damaged file that was moved aside, row by row, into the new one, a slice at a time. Messages keep
/// their numbers and eras, so they keep their ids. Where a page cannot be read it goes on behind it; what was lost there is
/// told in the ledger. The damaged file is never changed again, and never deleted. The store thread's alone.
/// </summary>
internal sealed class Salvage(string path, StoreFile file, QueueState state, ILogger log) : IDisposable
{
    private const int Slice = 1_000;

    /// <summary>Numbers further apart than this do not belong to one file.</summary>
    private const long LargestGap = 1L << 40;

    private static readonly string[] Tables = ["message", "urgent"];

    private SqliteConnection? _damaged;
    private int _table = -1;
    private long _last;
    private long _skip;
    private long _rescued;
    private long _unreadable;

    /// <summary>Everything that can be read has been.</summary>
    public bool IsDone => _table >= Tables.Length;

    /// <summary>The highest number of a message in a damaged file, where it can be read.</summary>
    public static long? HighestIn(string path) => HighestOf(path, "SELECT max(seq) FROM message", "SELECT max(seq) FROM urgent", "SELECT max(seq) FROM dead",
        "SELECT max(first_seq) FROM era", "SELECT max(value) FROM state WHERE key IN ('message_removed_to', 'urgent_removed_to')");

    /// <summary>The highest number of an envelope in a damaged file, where it can be read.</summary>
    public static long? HighestEnvelopeIn(string path) => HighestOf(path, "SELECT max(id) FROM envelope");

    private static long? HighestOf(string path, params string[] questions)
    {
        try
        {
            using var connection = OpenDamaged(path);
            var highest = 0L;
            foreach (var sql in questions)
            {
                using var statement = new Statement(connection.Handle!, sql);
                highest = Math.Max(highest, statement.Scalar() ?? 0);
            }

            return highest;
        }
        catch (Exception exception) when (exception is SqliteException or StoreException)
        {
            return null;
        }
    }

    /// <summary>Does one slice.</summary>
    /// <exception cref="StoreException">The new file failed.</exception>
    public void Step()
    {
        if (_table < 0)
        {
            _table = 0;
            Begin();
            return;
        }

        var rows = Read();
        if (rows.Count > 0)
        {
            _skip = 0;
            Keep(rows);
        }

        if (rows.Count < Slice && !TryPass())
        {
            _table++;
            _last = _table < Tables.Length ? RemovedTo() : 0;
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

    private static SqliteConnection OpenDamaged(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();

            // What lies there is evidence: reading it must not bring its WAL into it.
            _ = raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Statement.Execute(connection.Handle!, "PRAGMA locking_mode = EXCLUSIVE");
            Statement.Execute(connection.Handle!, "PRAGMA wal_autocheckpoint = 0");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Begin()
    {
        try
        {
            _damaged = OpenDamaged(path);
            _last = RemovedTo();
        }
        catch (Exception exception) when (exception is SqliteException or StoreException)
        {
            _table = Tables.Length;
            End();
            return;
        }

        var handle = _damaged.Handle!;
        file.Database.Transact(isSynchronous: true, () =>
        {
            _ = Copy(handle, "SELECT first_seq, name, boot_id, wall_offset, synced, started, clean FROM era",
                "INSERT OR IGNORE INTO era(first_seq, name, boot_id, wall_offset, synced, started, clean) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
            _ = Copy(handle, "SELECT id, spec, last_seq FROM envelope", "INSERT OR IGNORE INTO envelope(id, spec, last_seq) VALUES(?1, ?2, ?3)");
            _ = Copy(handle, "SELECT env, seq FROM latest", "INSERT OR IGNORE INTO latest(env, seq) VALUES(?1, ?2)");
            _ = Copy(handle, "SELECT id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note FROM ledger",
                "INSERT OR IGNORE INTO ledger(id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
            // A file that was damaged before it was brought up to date lacks the last two columns.
            if (!Copy(handle, "SELECT seq, priority, env, t, v, code, text, refused_at, attempts, retried FROM dead",
                "INSERT OR IGNORE INTO dead(seq, priority, env, t, v, code, text, refused_at, attempts, retried) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"))
            {
                _ = Copy(handle, "SELECT seq, priority, env, t, v, code, text, refused_at FROM dead",
                    "INSERT OR IGNORE INTO dead(seq, priority, env, t, v, code, text, refused_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
            }
        });
        file.Database.Dead.Measure();
        var entries = file.Database.Ledger.Read();
        var retried = file.Database.Dead.Retried();
        lock (state.Gate)
        {
            file.Database.Envelopes.Load(state.Envelopes);
            state.Ledger.Load(entries);
            state.Lanes.Letters.Load(retried);
            state.Depths.Found(retried.Count);
        }
    }

    /// <summary>Copies a small table as far as it can be read; false where that was not to its end.</summary>
    private bool Copy(sqlite3 from, string select, string insert)
    {
        using var write = file.Database.Prepare(insert);
        try
        {
            using var read = new Statement(from, select);
            while (read.Step())
            {
                write.BindRow(read);
                write.Run();
            }

            return true;
        }
        catch (StoreException exception) when (exception.Database == from)
        {
            // The rest of this table is lost; the messages tell how much that matters.
            return false;
        }
    }

    private List<(long Sequence, long Envelope, long BootTime, MessageBody Body)> Read()
    {
        var rows = new List<(long, long, long, MessageBody)>();
        try
        {
            using var read = new Statement(_damaged!.Handle!, $"SELECT seq, env, t, v FROM {Tables[_table]} WHERE seq > ?1 ORDER BY seq LIMIT {Slice}");
            read.Bind(1, _last);
            while (read.Step())
            {
                var sequence = read.Integer(0);
                if (sequence >= state.FirstOfFile || sequence <= _last)
                {
                    // A number that this file cannot have given, or in no order: damage that looks like a row.
                    continue;
                }

                var kind = MessageTable.ReadBody(read, 3, out var bits, out var content);
                rows.Add((sequence, read.Integer(1), read.Integer(2), new(kind, bits, content.ToArray())));
                _last = sequence;
            }
        }
        catch (StoreException)
        {
            // What came before the damage is kept; TryPass looks for what is behind it.
        }

        return rows;
    }

    private void Keep(List<(long Sequence, long Envelope, long BootTime, MessageBody Body)> rows)
    {
        var table = file.Database.Messages[_table];
        var owner = state.Classes[_table];
        var kept = 0;
        lock (state.Gate)
        {
            // From here on no range of removals may reach across the numbers that come back.
            owner.Narrow();
        }

        file.Database.Transact(isSynchronous: true, () =>
        {
            file.Database.Removals[_table].MakeWay(rows[0].Sequence);
            foreach (var (sequence, envelope, bootTime, body) in rows)
            {
                if (file.Database.Envelopes.Find(envelope) is null)
                {
                    _unreadable++;
                    continue;
                }

                table.Insert(sequence, envelope, bootTime, body);
                kept++;
            }
        });
        _rescued += kept;
        lock (state.Gate)
        {
            owner.LastOnDisk = Math.Max(owner.LastOnDisk, rows[^1].Sequence);
            owner.Rewind(rows[0].Sequence);
            state.Depths.Found(kept);
        }
    }

    /// <summary>Looks for the first row behind the last one that could be read; false where there is none.</summary>
    private bool TryPass()
    {
        var from = _last;
        for (var step = _skip; step < LargestGap; step = (step * 2) + 1)
        {
            if (FirstAbove(from + step) is not { } found)
            {
                // Still in the damage.
                continue;
            }

            if (step > _skip)
            {
                (step, found) = Nearest(from, (step - 1) / 2, step, found);
            }

            if (found >= state.FirstOfFile)
            {
                return false;
            }

            _unreadable += step == 0 ? 0 : Math.Min(step, found - from - 1);
            _last = found - 1;

            // A number may be found whose row cannot be read: the next look goes further.
            _skip = (step * 2) + 1;
            return true;
        }

        return false;
    }

    /// <summary>The steps grow, so the last one may have gone over rows that can be read: goes back by halves.</summary>
    private (long Step, long Found) Nearest(long from, long failed, long step, long found)
    {
        while (step - failed > 1)
        {
            var middle = failed + ((step - failed) / 2);
            if (FirstAbove(from + middle) is { } nearer)
            {
                (step, found) = (middle, nearer);
            }
            else
            {
                failed = middle;
            }
        }

        return (step, found);
    }

    /// <summary>The lowest number above one; <see cref="long.MaxValue"/>: there is none; null: the way there is damaged.</summary>
    private long? FirstAbove(long sequence)
    {
        try
        {
            using var next = new Statement(_damaged!.Handle!, $"SELECT min(seq) FROM {Tables[_table]} WHERE seq > ?1");
            var found = next.Bind(1, sequence).Scalar() ?? long.MaxValue;

            // The numbers on a damaged page are in no order: going by them would lead back, again and again.
            return found > sequence ? found : null;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private long RemovedTo()
    {
        try
        {
            using var read = new Statement(_damaged!.Handle!, "SELECT value FROM state WHERE key = ?1");
            return read.Bind(1, StateKeys.RemovedTo[_table]).Scalar() ?? 0;
        }
        catch (StoreException)
        {
            return 0;
        }
    }

    private void End()
    {
        lock (state.Gate)
        {
            state.Ledger.Add(LossReason.Unreadable, "*", state.Era.Era.Name, new(0, 0), null, null, _unreadable,
                $"The queue file was damaged and lies at {path}. {_rescued} messages were read from it; about {_unreadable} could not be.");
        }

        log.Salvaged(_rescued, _unreadable, path);
        lock (state.Gate)
        {
            // The rows are back, so that a new message of a sensor that keeps its latest can take their place. At most a thousand look-ups.
            StoredState.LoadLatest(file.Database, state.Envelopes);
        }
    }
}
