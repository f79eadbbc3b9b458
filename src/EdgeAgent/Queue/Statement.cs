using System.Text;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>SQLite said no.</summary>
/// <param name="code">The extended result code.</param>
/// <param name="message">SQLite's own words.</param>
/// <param name="database">The connection that it came from, where there was one.</param>
internal sealed class StoreException(int code, string message, sqlite3? database = null) : Exception($"{message} (SQLite {code})")
{
    public sqlite3? Database { get; } = database;

    /// <summary>The extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>The primary result code.</summary>
    public int Primary => Code & 0xFF;

    /// <summary>Full: the disk, a quota, or the page limit that the queue set itself.</summary>
    public bool IsFull => Primary == raw.SQLITE_FULL;

    /// <summary>SQLite doubts the file. Not proof: it says so too when the file system dies under an undamaged file.</summary>
    public bool IsDamage => Primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}

/// <summary>One statement, prepared once. The store thread's alone.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(database, raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public static void Check(sqlite3 database, int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new StoreException(raw.sqlite3_extended_errcode(database), raw.sqlite3_errmsg(database).utf8_to_string(), database);
        }
    }

    public static void Execute(sqlite3 database, string sql) => Check(database, raw.sqlite3_exec(database, sql));

    public Statement Bind(int parameter, long value)
    {
        _ = raw.sqlite3_bind_int64(_statement, parameter, value);
        return this;
    }

    public Statement Bind(int parameter, double value)
    {
        _ = raw.sqlite3_bind_double(_statement, parameter, value);
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        _ = raw.sqlite3_bind_blob(_statement, parameter, value);
        return this;
    }

    public Statement Bind(int parameter, string? value)
    {
        _ = value is null ? raw.sqlite3_bind_null(_statement, parameter) : raw.sqlite3_bind_text(_statement, parameter, value);
        return this;
    }

    public Statement BindNull(int parameter)
    {
        _ = raw.sqlite3_bind_null(_statement, parameter);
        return this;
    }

    /// <summary>Binds the columns of another statement's row to the parameters, as they are.</summary>
    public void BindRow(Statement row)
    {
        for (var i = 0; i < raw.sqlite3_column_count(row._statement); i++)
        {
            _ = row.Type(i) switch
            {
                raw.SQLITE_INTEGER => raw.sqlite3_bind_int64(_statement, i + 1, row.Integer(i)),
                raw.SQLITE_FLOAT => raw.sqlite3_bind_double(_statement, i + 1, row.Real(i)),
                raw.SQLITE_TEXT => raw.sqlite3_bind_text(_statement, i + 1, row.Text(i)),
                raw.SQLITE_BLOB => raw.sqlite3_bind_blob(_statement, i + 1, row.Blob(i)),
                _ => raw.sqlite3_bind_null(_statement, i + 1),
            };
        }
    }

    /// <summary>True with a row, false at the end, after which the statement is ready for the next use.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            var failure = new StoreException(raw.sqlite3_extended_errcode(_database), raw.sqlite3_errmsg(_database).utf8_to_string(), _database);
            Reset();
            throw failure;
        }

        Reset();
        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends a reading before its end. An open one would hold the checkpoint back.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <summary>The first column of the first row, or null where there is none.</summary>
    public long? Scalar()
    {
        if (!Step())
        {
            return null;
        }

        long? value = IsNull(0) ? null : Integer(0);
        Reset();
        return value;
    }

    public int Type(int column) => raw.sqlite3_column_type(_statement, column);

    public bool IsNull(int column) => Type(column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Real(int column) => raw.sqlite3_column_double(_statement, column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public void Dispose() => _statement.Dispose();
}
