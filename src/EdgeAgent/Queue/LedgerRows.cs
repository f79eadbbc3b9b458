using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The statements on <c>ledger</c>. The store thread's alone.</summary>
internal sealed class LedgerRows(sqlite3 database) : IDisposable
{
    private readonly Statement _write = new(database, """
        INSERT OR REPLACE INTO ledger(id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """);

    private readonly Statement _delete = new(database, "DELETE FROM ledger WHERE id = ?1");
    private readonly Statement _read = new(database, """
        SELECT id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note FROM ledger ORDER BY id LIMIT ?1
        """);

    public void Write(LedgerEntry entry)
    {
        _write.Bind(1, entry.Id).Bind(2, (long)entry.Run).Bind(3, (long)entry.Reason).Bind(4, entry.Topic).Bind(5, (long)entry.Era)
            .Bind(6, entry.Numbers.From).Bind(7, entry.Numbers.To).Bind(10, entry.Count).Bind(11, entry.Note);
        BindTime(8, entry.WallFrom);
        BindTime(9, entry.WallTo);
        _write.Run();
    }

    public void Delete(long id) => _delete.Bind(1, id).Run();

    /// <summary>All entries: there are never many more than the ledger's capacity.</summary>
    public List<LedgerEntry> Read()
    {
        var entries = new List<LedgerEntry>();
        _read.Bind(1, 2L * Ledger.Capacity);
        while (_read.Step())
        {
            var reason = (LossReason)Math.Clamp(_read.Integer(2), 0, (long)LossReason.Discarded);
            entries.Add(new(_read.Integer(0), (ulong)_read.Integer(1), reason, _read.Text(3), (ulong)_read.Integer(4))
            {
                Numbers = new(_read.Integer(5), _read.Integer(6)),
                WallFrom = _read.IsNull(7) ? null : _read.Integer(7),
                WallTo = _read.IsNull(8) ? null : _read.Integer(8),
                Count = _read.Integer(9),
                Note = _read.IsNull(10) ? null : _read.Text(10),
            });
        }

        return entries;
    }

    public void Dispose()
    {
        _write.Dispose();
        _delete.Dispose();
        _read.Dispose();
    }

    private void BindTime(int parameter, long? time)
    {
        if (time is { } known)
        {
            _write.Bind(parameter, known);
        }
        else
        {
            _write.BindNull(parameter);
        }
    }
}
