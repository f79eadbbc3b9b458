using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>
/// Reads the small files of sysfs and procfs by one single read. Some drivers answer EAGAIN, or start their measurement anew at
/// every read, so a loop until the end of the file would never end (node_exporter, sysReadFile). Blocks for as long as the
/// driver does.
/// </summary>
internal static class KernelFile
{
    /// <summary>More than any attribute of sysfs, which is a page at most.</summary>
    private const int DefaultLimit = 4096;

    /// <summary>The content without white space and NULs at its ends, or why there is none. A file may be empty.</summary>
    /// <param name="path">Where.</param>
    /// <param name="limit">How many bytes at most, 1 or more; what is beyond is not looked at.</param>
    public static unsafe FileContent Read(string path, int limit = DefaultLimit)
    {
        var descriptor = Libc.Open(path, Libc.ReadOnly | Libc.CloseOnExec | Libc.NoControllingTerminal);
        if (descriptor < 0)
        {
            return new(null, Errno.Failure(Marshal.GetLastPInvokeError(), path), Marshal.GetLastPInvokeError());
        }

        try
        {
            var buffer = limit <= DefaultLimit ? stackalloc byte[limit] : new byte[limit];
            nint length;
            var errno = 0;
            fixed (byte* start = buffer)
            {
                do
                {
                    length = Libc.Read(descriptor, start, (nuint)buffer.Length);
                    errno = length < 0 ? Marshal.GetLastPInvokeError() : 0;
                }
                while (errno == Errno.Interrupted);
            }

            return length < 0
                ? new(null, Errno.Failure(errno, path), errno)
                : new(Encoding.UTF8.GetString(buffer[..(int)length]).Trim().Trim('\0'), null, 0);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>The content, or null where the file cannot be read or is empty: for what may be there or not.</summary>
    public static string? TryRead(string path, int limit = DefaultLimit) => Read(path, limit).Text is { Length: > 0 } text ? text : null;

    /// <summary>
    /// The content of a file of procfs that is longer than the page or so that one read of it gives (fs/seq_file.c), or null where
    /// it cannot be read. Never for sysfs.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="limit">How many bytes at most; what is beyond is not looked at.</param>
    public static string? TryReadToEnd(string path, int limit)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var content = new byte[limit];
            return Encoding.UTF8.GetString(content, 0, file.ReadAtLeast(content, limit, throwOnEndOfStream: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The entries of a directory in ordinal order; none where it does not exist or may not be read.</summary>
    public static string[] Entries(string directory, string pattern = "*")
    {
        try
        {
            var entries = Directory.GetFileSystemEntries(directory, pattern);
            Array.Sort(entries, StringComparer.Ordinal);
            return entries;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>What reading a file came to.</summary>
/// <param name="Text">The content, trimmed; null where it could not be read.</param>
/// <param name="Failure">Why not.</param>
/// <param name="Error">The kernel's number of that; 0 where it was read.</param>
internal readonly record struct FileContent(string? Text, SensorFailure? Failure, int Error);
