using System.Net.Security;
using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>An open way to the broker.</summary>
internal sealed class ConnectedTransport : IAsyncDisposable
{
    // TCP_QUICKACK of <netinet/tcp.h>, and its value 1.
    private const int QuickAcknowledgement = 12;

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

    /// <summary>Ends reads and writes under way, at once and without a word. Thread-safe.</summary>
    public void Cut() => _socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Stream.DisposeAsync();
    }
}
