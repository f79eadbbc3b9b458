using EdgeAgent.Readings;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The statements on <c>envelope</c>.</summary>
internal sealed class EnvelopeRows(sqlite3 database) : IDisposable
{
    private readonly Statement _insert = new(database, "INSERT OR REPLACE INTO envelope(id, spec) VALUES(?1, ?2)");
    private readonly Statement _find = new(database, "SELECT spec, last_seq FROM envelope WHERE id = ?1");
    private readonly Statement _open = new(database, "SELECT id, spec FROM envelope WHERE last_seq IS NULL ORDER BY id LIMIT ?1");
    private readonly Statement _highest = new(database, "SELECT max(id) FROM envelope");
    private readonly Statement _reopen = new(database, "UPDATE envelope SET last_seq = NULL WHERE last_seq = 0");
    private readonly Statement _close = new(database, "UPDATE envelope SET last_seq = ?2 WHERE id = ?1");
    private readonly Statement _deleteUnused = new(database, "DELETE FROM envelope WHERE last_seq < ?1");
    private readonly Statement _setLatest = new(database, "INSERT OR REPLACE INTO latest(env, seq) VALUES(?1, ?2)");
    private readonly Statement _latest = new(database, "SELECT env, seq FROM latest LIMIT ?1");
    private readonly Statement _deleteLatest = new(database, "DELETE FROM latest WHERE seq < ?1");

    public long Highest() => _highest.Scalar() ?? 0;

    public void Insert(EnvelopeEntry entry) => _insert.Bind(1, entry.Id).Bind(2, EnvelopeSpec.Write(entry.Envelope)).Run();

    public (Envelope Envelope, bool IsOpen)? Find(long id)
    {
        if (!_find.Bind(1, id).Step())
        {
            return null;
        }

        var envelope = EnvelopeSpec.Read(_find.Blob(0));
        var isOpen = _find.IsNull(1);
        _find.Reset();
        return envelope is null ? null : (envelope, isOpen);
    }

    /// <summary>Those that new messages may use; never more than fit into memory.</summary>
    /// <param name="table">Takes them up.</param>
    /// <param name="last">No message has a higher number. Which was the last under each is not known; a number too low would lose the envelope of those above it.</param>
    public void Load(EnvelopeTable table, long last)
    {
        _open.Bind(1, EnvelopeTable.Capacity);
        while (_open.Step())
        {
            if (EnvelopeSpec.Read(_open.Blob(1)) is { } envelope)
            {
                table.Load(_open.Integer(0), envelope, isOpen: true).LastSequence = last;
            }
        }
    }

    /// <summary>Notes the last message of an envelope that new ones will not use.</summary>
    public void Close(EnvelopeEntry entry) => _close.Bind(1, entry.Id).Bind(2, entry.LastSequence).Run();

    /// <summary>Takes back what earlier versions noted of an envelope whose last message they did not know.</summary>
    public void Reopen() => _reopen.Run();

    /// <summary>Notes the newest row of an envelope that keeps only its latest message.</summary>
    public void SetLatest(long id, long sequence) => _setLatest.Bind(1, id).Bind(2, sequence).Run();

    /// <summary>Envelopes that keep only their latest message, each with the number that was noted; never more than fit into memory.</summary>
    public List<(long Id, long Sequence)> Latest()
    {
        var latest = new List<(long, long)>();
        _latest.Bind(1, EnvelopeTable.Capacity);
        while (_latest.Step())
        {
            latest.Add((_latest.Integer(0), _latest.Integer(1)));
        }

        return latest;
    }

    /// <summary>Removes those whose last message is below every one that there is.</summary>
    public void DeleteUnused(long lowest)
    {
        _deleteUnused.Bind(1, lowest).Run();
        _deleteLatest.Bind(1, lowest).Run();
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _open.Dispose();
        _highest.Dispose();
        _reopen.Dispose();
        _close.Dispose();
        _deleteUnused.Dispose();
        _setLatest.Dispose();
        _latest.Dispose();
        _deleteLatest.Dispose();
    }
}

/// <summary>The statements on <c>era</c>.</summary>
internal sealed class EraRows(sqlite3 database) : IDisposable
{
    private readonly Statement _insert = new(database,
        "INSERT OR REPLACE INTO era(first_seq, name, boot_id, wall_offset, synced, started) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly Statement _find = new(database,
        "SELECT first_seq, name, boot_id, wall_offset, synced, clean FROM era WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1");
    private readonly Statement _next = new(database, "SELECT min(first_seq) FROM era WHERE first_seq > ?1");
    private readonly Statement _correct = new(database, "UPDATE era SET wall_offset = ?2, synced = ?3 WHERE boot_id = ?1 AND synced = 0");
    private readonly Statement _close = new(database, "UPDATE era SET clean = 1 WHERE first_seq = ?1");
    private readonly Statement _deleteUnused = new(database, """
        DELETE FROM era WHERE first_seq < (SELECT max(first_seq) FROM era WHERE first_seq <= ?1)
        """);

    public void Insert(EraEntry entry, long started) => _insert.Bind(1, entry.First).Bind(2, (long)entry.Era.Name).Bind(3, entry.Era.BootId)
        .Bind(4, entry.Era.WallOffset).Bind(5, entry.Era.IsSynchronized ? 1 : 0).Bind(6, started).Run();

    /// <summary>The era that a number belongs to.</summary>
    public EraEntry? Find(long sequence, out bool isClean)
    {
        isClean = false;
        if (!_find.Bind(1, sequence).Step())
        {
            return null;
        }

        var entry = new EraEntry(_find.Integer(0), new((ulong)_find.Integer(1), _find.Text(2), _find.Integer(3), _find.Integer(4) != 0));
        isClean = _find.Integer(5) != 0;
        _find.Reset();
        return entry;
    }

    /// <summary>The first number above <paramref name="sequence"/> that belongs to another era.</summary>
    public long NextFirst(long sequence) => _next.Bind(1, sequence).Scalar() ?? long.MaxValue;

    /// <summary>Gives the eras of a boot whose clock was not set the better offset that is known now.</summary>
    public void Correct(string bootId, long wallOffset, bool isSynchronized) =>
        _correct.Bind(1, bootId).Bind(2, wallOffset).Bind(3, isSynchronized ? 1 : 0).Run();

    /// <summary>Says that the era ended with nothing left in memory.</summary>
    public void Close(EraEntry entry) => _close.Bind(1, entry.First).Run();

    /// <summary>Removes the eras before the one that the lowest message belongs to.</summary>
    public void DeleteUnused(long lowest) => _deleteUnused.Bind(1, lowest).Run();

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _next.Dispose();
        _correct.Dispose();
        _close.Dispose();
        _deleteUnused.Dispose();
    }
}

/// <summary>The statements on <c>state</c>: single numbers by name.</summary>
internal sealed class StateRows(sqlite3 database) : IDisposable
{
    private readonly Statement _get = new(database, "SELECT value FROM state WHERE key = ?1");
    private readonly Statement _set = new(database, "INSERT OR REPLACE INTO state(key, value) VALUES(?1, ?2)");

    public long? this[string key]
    {
        get => _get.Bind(1, key).Scalar();
        set => _set.Bind(1, key).Bind(2, value!.Value).Run();
    }

    public void Dispose()
    {
        _get.Dispose();
        _set.Dispose();
    }
}
