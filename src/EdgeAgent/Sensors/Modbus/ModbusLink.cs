using System.Net.Sockets;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>A bus, and how to speak on it.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Serial">How bytes go over a serial port.</param>
/// <param name="IsRtu">Frames as on a serial line; also over TCP for plain converters.</param>
internal sealed record ModbusAddress(ModbusPlace Place, SerialSettings Serial, bool IsRtu)
{
    public override string ToString() => Place.ToString();
}

/// <summary>An open way to the devices: bytes out, bytes in. One call at a time.</summary>
internal abstract class ModbusLink : IDisposable
{
    /// <summary>More than a line's buffer in the kernel holds, and many replies.</summary>
    private const int DiscardLimit = 8 * 1024;

    /// <summary>Opens the way, or says why not.</summary>
    public static async Task<(ModbusLink? Link, SensorFailure? Failure)> OpenAsync(ModbusAddress address, CancellationToken cancellationToken)
    {
        if (!address.Place.IsTcp)
        {
            var (port, failure) = SerialPort.Open(address.Place.Name, address.Serial);
            return port is null ? (null, failure) : (new SerialLink(port), null);
        }

#pragma warning disable CA2000 // The link that is returned owns it.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000
        TcpLink? link = null;
        try
        {
            await socket.ConnectAsync(address.Place.Name, address.Place.TcpPort, cancellationToken);
            link = new TcpLink(socket);
            return (link, null);
        }
        catch (SocketException exception)
        {
            var kind = exception.SocketErrorCode is SocketError.TimedOut ? SensorFailureKind.Timeout : SensorFailureKind.Io;
            return (null, new(kind, $"{address}: {exception.Message}"));
        }
        finally
        {
            if (link is null)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Sends all of it; false where the way is broken.</summary>
    public abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Waits for some bytes; 0 or less where the way is broken.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Reads away what came too late for the request before; how many bytes. At most a few at once: a line may talk for ever.</summary>
    public abstract int DiscardInput();

    /// <summary>Whether the other side has closed the way. What it sent before must have been read.</summary>
    public virtual bool IsClosed => false;

    public abstract void Dispose();

    private sealed class SerialLink(SerialPort port) : ModbusLink
    {
        public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            await port.Stream.WriteAsync(bytes, cancellationToken) == 0;

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => port.Stream.ReadAsync(buffer, cancellationToken);

        public override int DiscardInput()
        {
            Span<byte> late = stackalloc byte[DiscardLimit];
            return Math.Max(port.Stream.TryRead(late), 0);
        }

        public override void Dispose() => port.Dispose();
    }

    private sealed class TcpLink(Socket socket) : ModbusLink
    {
        public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            try
            {
                return await socket.SendAsync(bytes, cancellationToken) == bytes.Length;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                return await socket.ReceiveAsync(buffer, cancellationToken);
            }
            catch (SocketException)
            {
                return -1;
            }
        }

        public override int DiscardInput()
        {
            Span<byte> late = stackalloc byte[DiscardLimit];
            try
            {
                return socket.Available > 0 ? socket.Receive(late) : 0;
            }
            catch (SocketException)
            {
                // The next request will see it.
                return 0;
            }
        }

        public override bool IsClosed
        {
            get
            {
                try
                {
                    return socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && socket.Available == 0;
                }
                catch (SocketException)
                {
                    return true;
                }
            }
        }

        public override void Dispose() => socket.Dispose();
    }
}
