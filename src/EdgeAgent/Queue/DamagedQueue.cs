using EdgeAgent.Readings;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>A message out of a damaged file.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Envelope">The number of its envelope, in both files.</param>
/// <param name="BootTime">Boot milliseconds of its era.</param>
/// <param name="Body">Its values.</param>
internal readonly record struct SalvagedRow(long Sequence, long Envelope, long BootTime, MessageBody Body);

/// <summary>
/// A damaged file that was moved aside, opened to be read as far as it can be. It is never changed: not even its WAL is brought into
/// it. What cannot be read is an answer, and no failure. The store thread's alone.
/// </summary>
internal sealed class DamagedQueue : IDisposable
{
    /// <summary>By priority.</summary>
    public static readonly string[] Tables = ["message", "urgent"];

    /// <summary>The highest number may be in the damage.</summary>
    private const long Margin = 1L << 20;

    private const long UnknownNumbers = 1L << 36;

    private readonly SqliteConnection _connection;

    private DamagedQueue(SqliteConnection connection) => _connection = connection;

    public sqlite3 Handle => _connection.Handle!;

    /// <summary>Opens it; null where SQLite can make nothing of it at all.</summary>
    public static DamagedQueue? TryOpen(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();

            // What lies there is evidence: reading it must not bring its WAL into it.
            _ = raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Statement.Execute(connection.Handle!, "PRAGMA locking_mode = EXCLUSIVE");
            Statement.Execute(connection.Handle!, "PRAGMA wal_autocheckpoint = 0");
            return new(connection);
        }
        catch (Exception exception) when (exception is SqliteException or StoreException)
        {
            connection.Dispose();
            return null;
        }
    }

    /// <summary>No message of the file has a number as high; where it does not say how far its numbers went, no file has come so far.</summary>
    public static long NumbersBelow(string path) => HighestIn(path) is { } highest ? highest + Margin : UnknownNumbers;

    /// <summary>The highest number of a message, where it can be read.</summary>
    private static long? HighestIn(string path) => HighestOf(path, "SELECT max(seq) FROM message", "SELECT max(seq) FROM urgent", "SELECT max(seq) FROM dead",
        "SELECT max(first_seq) FROM era", "SELECT max(value) FROM state WHERE key IN ('message_removed_to', 'urgent_removed_to')");

    /// <summary>The highest number of an envelope, where it can be read.</summary>
    public static long? HighestEnvelopeIn(string path) => HighestOf(path, "SELECT max(id) FROM envelope");

    /// <summary>The highest number that an entry of the ledger ever had, where it can be read.</summary>
    public static long? HighestLedgerIdIn(string path) =>
        HighestOf(path, "SELECT max(id) FROM ledger", $"SELECT value FROM state WHERE key = '{StateKeys.LastLedgerId}'");

    /// <summary>Every message up to this number is removed; 0 where that cannot be read.</summary>
    public long RemovedTo(int table)
    {
        try
        {
            using var read = new Statement(Handle, "SELECT value FROM state WHERE key = ?1");
            return read.Bind(1, StateKeys.RemovedTo[table]).Scalar() ?? 0;
        }
        catch (StoreException)
        {
            return 0;
        }
    }

    /// <summary>The rows with numbers above one and below another, ascending, up to the first that cannot be read.</summary>
    public List<SalvagedRow> Rows(int table, long above, long below, int most)
    {
        var rows = new List<SalvagedRow>();
        try
        {
            using var read = new Statement(Handle, $"SELECT seq, env, t, v FROM {Tables[table]} WHERE seq > ?1 ORDER BY seq LIMIT {most}");
            read.Bind(1, above);
            while (read.Step())
            {
                var sequence = read.Integer(0);
                if (sequence >= below || sequence <= above)
                {
                    // A number that this file cannot have given, or in no order: damage that looks like a row.
                    continue;
                }

                var kind = MessageTable.ReadBody(read, 3, out var bits, out var content);
                rows.Add(new(sequence, read.Integer(1), read.Integer(2), new(kind, bits, content.ToArray())));
                above = sequence;
            }
        }
        catch (StoreException)
        {
            // What came before the damage is good.
        }

        return rows;
    }

    /// <summary>The lowest number above one; <see cref="long.MaxValue"/>: there is none; null: the way there is damaged.</summary>
    public long? FirstAbove(int table, long sequence)
    {
        try
        {
            using var next = new Statement(Handle, $"SELECT min(seq) FROM {Tables[table]} WHERE seq > ?1");
            var found = next.Bind(1, sequence).Scalar() ?? long.MaxValue;

            // The numbers on a damaged page are in no order: going by them would lead back, again and again.
            return found > sequence ? found : null;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    public void Dispose() => _connection.Dispose();

    private static long? HighestOf(string path, params string[] questions)
    {
        using var damaged = TryOpen(path);
        if (damaged is null)
        {
            return null;
        }

        try
        {
            var highest = 0L;
            foreach (var sql in questions)
            {
                using var statement = new Statement(damaged.Handle, sql);
                highest = Math.Max(highest, statement.Scalar() ?? 0);
            }

            return highest;
        }
        catch (StoreException)
        {
            return null;
        }
    }
}
