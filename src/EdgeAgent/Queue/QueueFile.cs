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
            database = Database.Open(path);
            var era = new Era(NewName(), clock.BootId, clock.WallOffset, clock.IsSynchronized);
            var stored = StoredState.Read(database, era, clock.Milliseconds, (long)config.LossWindow.TotalMilliseconds);
            log.Opened(path, stored.Depth, database.Size, era.Name);
            if (!stored.WasClean)
            {
                log.UncleanStart(stored.LastEra!.Era.Name, Math.Max(stored.Highest[0], stored.Highest[1]));
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
        finally
        {
            database?.Dispose();
        }
    }

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
        _ => new(QueueFailure.InputOutput,
            $"The queue {path} cannot be opened: {message}. Check the file system that it is on, or set queue.path to another place."),
    };
}
