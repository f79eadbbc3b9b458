using System.Net.Security;
using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>An open way to the broker.</summary>
internal sealed class ConnectedTransport : IAsyncDisposable
{
    // TCP_QUICKACK of <netinet/tcp.h>, and its value 1.
    private const int QuickAcknowledgement = 12;

    // TCP_INFO of the same, and the places of tcpi_unacked, tcpi_bytes_acked and tcpi_notsent_bytes in struct tcp_info of <linux/tcp.h>.
    private const int Information = 11;
    private const int InformationSize = 148;
    private const int UnacknowledgedSegments = 24;
    private const int AcknowledgedBytes = 120;
    private const int UnsentBytes = 144;

    private static readonly byte[] On = BitConverter.GetBytes(1);

    private readonly Socket _socket;

    public ConnectedTransport(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What MQTT is written to and read from.</summary>
    public Stream Stream { get; private set; }

    /// <summary>Whether the way is encrypted.</summary>
    public bool IsTls => Stream is SslStream;

    /// <summary>Puts TLS on top; its handshake comes next.</summary>
    public SslStream BeginTls()
    {
        Stream = new SslStream(Stream);
        return (SslStream)Stream;
    }

    /// <summary>Tells the broker that nothing more will come.</summary>
    public async Task ShutdownAsync()
    {
        if (Stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Lets the kernel acknowledge now what has come, as <c>TCP_QUICKACK</c> of tcp(7) does. Does nothing elsewhere than on Linux. Thread-safe.</summary>
    public void AcknowledgeNow()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                _socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, QuickAcknowledgement, On);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection is over; its loops say why.
        }
    }

    /// <summary>
    /// How many bytes the other machine has acknowledged (tcp(7), <c>TCP_INFO</c>), and whether more are on their way; none at all
    /// elsewhere than on Linux. That machine is the broker's, or one between. Thread-safe.
    /// </summary>
    public (ulong Bytes, bool IsMoreUnderWay) Arrivals()
    {
        try
        {
            Span<byte> information = stackalloc byte[InformationSize];
            return OperatingSystem.IsLinux()
                && _socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, Information, information) == InformationSize
                    ? (BitConverter.ToUInt64(information[AcknowledgedBytes..]),
                        (BitConverter.ToUInt32(information[UnacknowledgedSegments..]) | BitConverter.ToUInt32(information[UnsentBytes..])) != 0)
                    : default;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection is over; its loops say why.
            return default;
        }
    }

    /// <summary>Ends reads and writes under way, at once and without a word. Thread-safe.</summary>
    public void Cut() => _socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Stream.DisposeAsync();
    }
}
