using System.Security.Cryptography;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>Makes, opens and judges the file at start.</summary>
internal static class QueueFile
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static QueueOpening Open(QueueConfig config, BootClock clock, TimeProvider time, ILogger log, string ledgerTopic)
    {
        SQLitePCL.Batteries_V2.Init();
        var path = Path.GetFullPath(config.Path);
        if (Prepare(path) is { } failure)
        {
            return new(null, failure);
        }

        Database? database = null;
        try
        {
            var ballast = new Ballast(path);
            var stored = Read(path, config, clock, time, ballast, log, ref database);
            ballast.AllocateWal();
            ballast.Restore();
            log.Opened(path, stored.Depth, database!.Size, stored.Era.Era.Name);
            if (!stored.WasClean)
            {
                log.UncleanStart(stored.LastEra!.Era.Name, stored.LastDurable);
            }

            var opened = database;
            database = null;
#pragma warning disable CA2000 // The caller gets the queue, and with it the file.
            return new(new(config, stored, new(path, opened), clock, time, log, ledgerTopic), null);
#pragma warning restore CA2000
        }
        catch (SqliteException exception)
        {
            return new(null, Judge(path, exception.SqliteErrorCode, exception.Message));
        }
        catch (StoreException exception)
        {
            return new(null, Judge(path, exception.Primary, exception.Message));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(null, Judge(path, SQLitePCL.raw.SQLITE_IOERR, exception.Message));
        }
        finally
        {
            database?.Dispose();
        }
    }

    /// <summary>Makes a new file in the place of a damaged one, for the owner's eyes only, and closes it.</summary>
    public static void Create(string path, string aside)
    {
        using (new FileStream(path, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode }))
        {
        }

        Database.Open(path).Dispose();
        DamagedFile.MakeReadable(aside, path);
    }

    /// <summary>
    /// Opens and reads. A file that seems damaged is opened once more, because SQLite says so too when the file system fails under an
    /// undamaged one; if it still does, it is moved aside for the salvage, and the queue goes on with a new file.
    /// </summary>
    private static StoredState Read(string path, QueueConfig config, BootClock clock, TimeProvider time, Ballast ballast, ILogger log, ref Database? database)
    {
        var era = new Era(NewName(), clock.BootId, clock.WallOffset, clock.IsSynchronized);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                database = Database.Open(path);
                return StoredState.Read(database, era, clock.Milliseconds, (long)config.LossWindow.TotalMilliseconds, ballast, new SalvageList(path).Read());
            }
            catch (Exception exception) when (attempt < 3 && IsDamage(exception))
            {
                database?.Dispose();
                database = null;
                if (attempt == 2)
                {
                    var aside = DamagedFile.MoveAside(path, time, below: null);
                    log.MovedAside(path, aside);
                    Create(path, aside);
                }
            }
        }
    }

    private static bool IsDamage(Exception exception) => exception switch
    {
        StoreException store => store.IsDamage,
        SqliteException sqlite => sqlite.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB,
        _ => false,
    };

    /// <summary>A name that no other era has, on any machine.</summary>
    public static ulong NewName()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <summary>Makes the directory and an empty file where they are missing, for the owner's eyes only.</summary>
    private static QueueFailure? Prepare(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        try
        {
            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, DirectoryMode);
            }

            if (!File.Exists(path))
            {
                using var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = System.IO.FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = FileMode,
                });
            }

            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return new(QueueFailure.Permission,
                $"The queue {path} cannot be made: this user may not write in {directory}. Give the directory to the user that runs the agent, or set queue.path to another place.");
        }
        catch (IOException exception)
        {
            return new(QueueFailure.InputOutput,
                $"The queue {path} cannot be made: {exception.Message} Mount the file system read-write, make room on it, or set queue.path to another place.");
        }
    }

    private static QueueFailure Judge(string path, int code, string message) => code switch
    {
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => new(QueueFailure.InputOutput,
            $"The queue {path} is in use by another process. Stop the other agent (or the SQLite tool that has the file open), or give this one a queue.path of its own."),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_AUTH => new(QueueFailure.Permission,
            $"The queue {path} may not be written: {message}. Give the file and its directory to the user that runs the agent."),
        SQLitePCL.raw.SQLITE_SCHEMA => new(QueueFailure.Configuration,
            $"The queue {path} was made by a newer version of the agent ({message}). It is untouched. Install that version again, or set queue.path to another place."),
        _ => new(QueueFailure.InputOutput,
            $"The queue {path} cannot be opened: {message}. Check the file system that it is on, or set queue.path to another place."),
    };
}
