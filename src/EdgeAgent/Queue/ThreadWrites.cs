using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Queue;

/// <summary>
/// Counts the bytes that the thread which made it hands to the kernel: <c>wchar</c> of /proc/thread-self/io (proc(5)). Only one thread
/// writes the queue, so this is the queue's own share. Stays at 0 on a kernel without task accounting. That thread's alone.
/// </summary>
internal sealed class ThreadWrites : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly byte[] _text = new byte[512];
    private readonly long _start;

    public ThreadWrites()
    {
        try
        {
            _file = File.OpenHandle("/proc/thread-self/io");
            _start = Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file = null;
        }
    }

    /// <summary>Bytes since it was made.</summary>
    public long Count => _file is null ? 0 : Read() - _start;

    public void Dispose() => _file?.Dispose();

    private long Read()
    {
        var text = _text.AsSpan(0, RandomAccess.Read(_file!, _text, 0));
        var at = text.IndexOf("wchar: "u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 7)..], out long bytes, out _) ? bytes : 0;
    }
}
