using System.Net.Security;
using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>An open way to the broker.</summary>
internal sealed class ConnectedTransport : IAsyncDisposable
{
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

    /// <summary>Ends reads and writes under way, at once and without a word. Thread-safe.</summary>
    public void Cut() => _socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Stream.DisposeAsync();
    }
}
