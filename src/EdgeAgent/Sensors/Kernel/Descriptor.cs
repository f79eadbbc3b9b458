using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>
/// An open, non-blocking descriptor (a pipe, a terminal, a GPIO line) that is read and written without holding a thread.
/// One reader and one writer at a time. Disposing it, from any thread, ends a wait that is under way; a call after that fails with
/// EBADF and never touches whoever was given the number next.
/// </summary>
internal sealed class Descriptor : IDisposable
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;

    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly SafeFileHandle _handle;

    /// <summary>Takes an open descriptor over.</summary>
    public Descriptor(int number)
    {
        Number = number;
        _handle = new(number, ownsHandle: true);
        _closed = _closing.Token;
    }

    /// <summary>For the ioctl of its owner, who keeps this object open meanwhile.</summary>
    public int Number { get; }

    public void MakeNonBlocking() => _ = Libc.Control(Number, SetFlags, Libc.Control(Number, GetFlags, 0) | Libc.NonBlocking);

    /// <summary>Reads what there is, waiting for at least one byte: how many bytes, 0 at the end, or minus the error number.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var count = TryRead(buffer.Span);
            if (count != -Errno.TryAgain)
            {
                return count;
            }

            await WaitAsync(Libc.PollIn, cancellationToken);
        }
    }

    /// <summary>Reads what there is now: how many bytes, 0 at the end, minus EAGAIN where there is nothing yet, or minus another error number.</summary>
    public unsafe int TryRead(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = TryRead(start, buffer.Length);
                if (count != -Errno.Interrupted)
                {
                    return count;
                }
            }
        }
    }

    /// <summary>Writes all of it: 0, or minus the error number.</summary>
    public async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var count = TryWrite(bytes.Span);
            if (count == -Errno.TryAgain)
            {
                await WaitAsync(Libc.PollOut, cancellationToken);
            }
            else if (count < 0 && count != -Errno.Interrupted)
            {
                return count;
            }
            else
            {
                bytes = bytes[Math.Max(count, 0)..];
            }
        }

        return 0;
    }

    /// <summary>Waits until a call on the descriptor would not block.</summary>
    public async Task WaitAsync(short events, CancellationToken cancellationToken)
    {
        // Somebody else may have the number by now, and be ready.
        _closed.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed);
        await DescriptorPoller.Shared.WaitAsync(Number, events, either.Token);
    }

    public void Dispose()
    {
        if (_handle.IsClosed)
        {
            return;
        }

        _closing.Cancel();
        _handle.Dispose();
        _closing.Dispose();
    }

    private unsafe int TryRead(byte* buffer, int length)
    {
        try
        {
            var count = (int)Libc.Read(_handle, buffer, (nuint)length);
            return count < 0 ? -Marshal.GetLastPInvokeError() : count;
        }
        catch (ObjectDisposedException)
        {
            return -Errno.BadDescriptor;
        }
    }

    private unsafe int TryWrite(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            try
            {
                var count = (int)Libc.Write(_handle, start, (nuint)bytes.Length);
                return count < 0 ? -Marshal.GetLastPInvokeError() : count;
            }
            catch (ObjectDisposedException)
            {
                return -Errno.BadDescriptor;
            }
        }
    }
}
