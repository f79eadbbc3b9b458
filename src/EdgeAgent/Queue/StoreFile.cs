using Microsoft.Data.Sqlite;

namespace EdgeAgent.Queue;

/// <summary>The file as the store sees it: open, or to be opened again after a failure. The store thread's alone.</summary>
internal sealed class StoreFile(string path, Database database)
{
    public string Path { get; } = path;

    private Database? _database = database;

    public bool IsOpen => _database is not null;

    /// <summary>Only while it is open.</summary>
    public Database Database => _database!;

    /// <summary>Bytes, as they were when it was last asked with the file open.</summary>
    public long Size => _database?.Size ?? 0;

    public long DeadLetters => _database?.Dead.Count ?? 0;

    /// <summary>
    /// Opens the file again after <see cref="Close"/>. What a failed sync left behind is written once more by the checkpoint, which
    /// is the only way to know that it is on the medium: the kernel has marked those pages clean.
    /// </summary>
    /// <exception cref="StoreException">It cannot be opened yet.</exception>
    public void EnsureOpen()
    {
        if (_database is not null)
        {
            return;
        }

        Database? opened = null;
        try
        {
            opened = Database.Open(Path);
            opened.Checkpoint();
            _database = opened;
        }
        catch (SqliteException failure)
        {
            throw new StoreException(failure.SqliteExtendedErrorCode, failure.Message);
        }
        finally
        {
            if (_database is null)
            {
                opened?.Dispose();
            }
        }
    }

    /// <summary>Moves the damaged file aside and makes a new one; the damaged file's new place.</summary>
    /// <param name="time">For its new name.</param>
    /// <param name="below">All messages of the damaged file have lower numbers.</param>
    /// <exception cref="StoreException">There is no room or no right to.</exception>
    public string Replace(TimeProvider time, long below)
    {
        Close();
        try
        {
            var aside = DamagedFile.MoveAside(Path, time, below);
            QueueFile.Create(Path, aside);
            _database = Database.Open(Path);
            return aside;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(SQLitePCL.raw.SQLITE_CANTOPEN, exception.Message);
        }
        catch (SqliteException exception)
        {
            throw new StoreException(exception.SqliteExtendedErrorCode, exception.Message);
        }
    }

    public void Close()
    {
        _database?.Dispose();
        _database = null;
    }
}
