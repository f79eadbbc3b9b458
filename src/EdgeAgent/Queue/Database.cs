using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>
/// The file: one connection, in exclusive locking mode (no -shm file, no foreign reader that could hold the checkpoint back), WAL.
/// The store thread's alone, from <see cref="Open"/> on the caller's thread to its end.
/// </summary>
internal sealed class Database : IDisposable
{
    /// <summary>Small pages: a commit rewrites the page that the last one left half full.</summary>
    public const int PageSize = 1024;

    /// <summary>Pages in the WAL before they go to the file.</summary>
    private const int CheckpointPages = 1000;

    private readonly SqliteConnection _connection;
    private readonly string _walPath;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _pageCount;
    private readonly Statement _freePages;
    private bool _isFullySynchronous = true;

    private Database(SqliteConnection connection, string path)
    {
        _connection = connection;
        _walPath = path + "-wal";
        var handle = connection.Handle!;
        _begin = new(handle, "BEGIN IMMEDIATE");
        _commit = new(handle, "COMMIT");
        _pageCount = new(handle, "PRAGMA page_count");
        _freePages = new(handle, "PRAGMA freelist_count");
#pragma warning disable CA2000 // Disposed with the database; the rule does not follow elements of an array.
        Messages = [new(handle, "message"), new(handle, "urgent")];
#pragma warning restore CA2000
        Envelopes = new(handle);
        Eras = new(handle);
        Dead = new(handle);
        Ledger = new(handle);
        State = new(handle);
        Removals = [new(0, this), new(1, this)];
    }

    /// <summary>By priority.</summary>
    public MessageTable[] Messages { get; }

    /// <summary>By priority.</summary>
    public RowRemoval[] Removals { get; }

    public EnvelopeRows Envelopes { get; }

    public EraRows Eras { get; }

    public DeadRows Dead { get; }

    public LedgerRows Ledger { get; }

    public StateRows State { get; }

    /// <summary>What max_size limits: (pages - free pages) x page size + WAL.</summary>
    public long Size => BytesInUse + WalSize;

    /// <summary>Bytes in pages that are not free.</summary>
    public long BytesInUse => ((_pageCount.Scalar() ?? 0) - (_freePages.Scalar() ?? 0)) * PageSize;

    /// <summary>Opens the file, and makes the tables of a new one.</summary>
    /// <exception cref="StoreException">SQLite could not.</exception>
    /// <exception cref="SqliteException">SQLite could not.</exception>
    public static Database Open(string path)
    {
        SqliteConnection? connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 2,
        }.ToString());
        try
        {
            connection.Open();
            var handle = connection.Handle!;
            _ = raw.sqlite3_busy_timeout(handle, 2000);
            handle.enable_sqlite3_next_stmt(true);
            Configure(handle, path);
            var opened = new Database(connection, path);
            connection = null;
            return opened;
        }
        catch (StoreException failure) when (failure.Primary == raw.SQLITE_ERROR)
        {
            // Our own statements do not fit the tables: whatever made them, or bent them, it was not this program.
            throw new StoreException(raw.SQLITE_NOTADB, failure.Message, failure.Database);
        }
        finally
        {
            Abandon(connection);
        }
    }

    /// <summary>
    /// Opens the file to look at it: nothing is made, written or checkpointed. It takes the file's lock all the same, because the memory
    /// that readers share with a writer (-shm) is what this queue does without.
    /// </summary>
    /// <exception cref="StoreException">SQLITE_BUSY: an agent has it. SQLITE_SCHEMA, SQLITE_NOTADB: not a queue of this version.</exception>
    /// <exception cref="SqliteException">SQLite could not.</exception>
    public static Database OpenToRead(string path)
    {
        SqliteConnection? connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            var handle = connection.Handle!;
            _ = raw.sqlite3_busy_timeout(handle, 100);
            KeepWal(handle, path);
            handle.enable_sqlite3_next_stmt(true);
            Statement.Execute(handle, "PRAGMA locking_mode = EXCLUSIVE");
            Statement.Execute(handle, "PRAGMA query_only = ON");
            Statement.Execute(handle, "PRAGMA trusted_schema = OFF");
            Statement.Execute(handle, "PRAGMA cell_size_check = ON");
            Schema.Check(handle);
            var opened = new Database(connection, path);
            connection = null;
            return opened;
        }
        finally
        {
            Abandon(connection);
        }
    }

    /// <summary>Runs the work in one transaction; whatever it throws undoes all of it, also what the tables' objects remember of it.</summary>
    /// <param name="isSynchronous">Whether the commit is on the medium when this returns; otherwise it is as soon as a later one is.</param>
    /// <param name="work">What the transaction does.</param>
    public void Transact(bool isSynchronous, Action work)
    {
        if (isSynchronous != _isFullySynchronous)
        {
            Statement.Execute(_connection.Handle!, isSynchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _isFullySynchronous = isSynchronous;
        }

        _begin.Run();
        var isCommitted = false;
        try
        {
            work();
            _commit.Run();
            isCommitted = true;
        }
        finally
        {
            if (!isCommitted)
            {
                _ = raw.sqlite3_exec(_connection.Handle!, "ROLLBACK");
                Array.ForEach(Removals, static removal => removal.Forget());
                Dead.Forget();
            }
        }
    }

    /// <summary>Bytes of the WAL.</summary>
    public long WalSize => new FileInfo(_walPath) is { Exists: true } wal ? wal.Length : 0;

    /// <summary>Bytes in pages that are free.</summary>
    public long FreeBytes => (_freePages.Scalar() ?? 0) * PageSize;

    public Statement Prepare(string sql) => new(_connection.Handle!, sql);

    /// <summary>Brings the WAL into the file, with a sync of both.</summary>
    public void Checkpoint()
    {
        var handle = _connection.Handle!;
        Statement.Check(handle, raw.sqlite3_wal_checkpoint_v2(handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _));
    }

    /// <summary>Writes the pages in use anew, at the front, and cuts the rest of the file off. The WAL keeps its room.</summary>
    public void Vacuum()
    {
        var handle = _connection.Handle!;
        Statement.Execute(handle, "VACUUM");
        Statement.Check(handle, raw.sqlite3_wal_checkpoint_v2(handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _pageCount.Dispose();
        _freePages.Dispose();
        foreach (var table in Messages)
        {
            table.Dispose();
        }

        Envelopes.Dispose();
        Eras.Dispose();
        Dead.Dispose();
        Ledger.Dispose();
        State.Dispose();
        _connection.Dispose();
    }

    /// <summary>Closes a connection with its statements: one that is left open keeps the lock. Null: a database has taken it over.</summary>
    private static void Abandon(SqliteConnection? connection)
    {
        while (connection?.Handle is { } handle && raw.sqlite3_next_stmt(handle, null) is { } statement)
        {
            statement.Dispose();
        }

        connection?.Dispose();
    }

    /// <summary>
    /// Closing checkpoints and deletes the WAL. One that holds something stays as it is; an empty one, which opening has made, goes again.
    /// </summary>
    private static void KeepWal(sqlite3 handle, string path)
    {
        var holdsSomething = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
        _ = raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, holdsSomething ? 1 : 0, out _);
    }

    private static void Configure(sqlite3 handle, string path)
    {
        // The order matters: the page size before the first page, the locking mode before the WAL.
        Statement.Execute(handle, $"PRAGMA page_size = {PageSize}");
        Statement.Execute(handle, "PRAGMA locking_mode = EXCLUSIVE");
        KeepWal(handle, path);
        Schema.Refuse(handle);
        _ = raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, out _);
        Statement.Execute(handle, "PRAGMA journal_mode = WAL");
        Statement.Execute(handle, "PRAGMA synchronous = FULL");
        Statement.Execute(handle, $"PRAGMA wal_autocheckpoint = {CheckpointPages}");
        Statement.Execute(handle, "PRAGMA cache_size = -1024");
        Statement.Execute(handle, "PRAGMA temp_store = MEMORY");
        Statement.Execute(handle, "PRAGMA secure_delete = OFF");
        Statement.Execute(handle, "PRAGMA trusted_schema = OFF");
        Statement.Execute(handle, "PRAGMA cell_size_check = ON");
        Schema.Prepare(handle, path);

        // Takes the lock, which a connection in WAL mode otherwise takes with its first write.
        Statement.Execute(handle, "BEGIN IMMEDIATE; COMMIT");
    }
}
