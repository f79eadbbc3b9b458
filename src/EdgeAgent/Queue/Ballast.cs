using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeAgent.Queue;

/// <summary>
/// Room kept for the day the disk is full: SQLite then refuses DELETE too, and the drain, which is what makes room, could not
/// remove what it delivered. A file beside the queue is given up, and some of the WAL is allocated ahead, because another program
/// may take the file's room at once. The store thread's alone.
/// </summary>
internal sealed partial class Ballast(string queuePath)
{
    private const int Bytes = 512 << 10;

    private readonly string _path = queuePath + "-ballast";

    public bool Exists => File.Exists(_path);

    /// <summary>Makes it where there is room; says nothing where there is none.</summary>
    public void Restore()
    {
        try
        {
            if (!Exists)
            {
                // Not zeros: a file system that compresses would keep no room for them.
                using var file = new FileStream(_path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                file.Write(RandomNumberGenerator.GetBytes(Bytes));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Release();
        }
    }

    /// <summary>Gives the room away; false where there was none.</summary>
    public bool Release()
    {
        try
        {
            var existed = Exists;
            File.Delete(_path);
            return existed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Allocates blocks for the WAL. Harmless to a SQLite that has it open: what follows its last frame is never read.</summary>
    public void AllocateWal()
    {
        try
        {
            using var wal = File.OpenHandle(queuePath + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            _ = Allocate(wal, 0, Bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing is promised about it.
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fallocate64")]
    private static partial int Allocate(SafeHandle file, long offset, long length);
}
