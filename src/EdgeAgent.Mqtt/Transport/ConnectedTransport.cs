using System.Net.Security;
using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>An open way to the broker; with TLS, only after the broker was verified.</summary>
internal sealed class ConnectedTransport : IAsyncDisposable
{
    private readonly Socket _socket;

    /// <summary>TCP alone.</summary>
    public ConnectedTransport(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>TLS over TCP, after its handshake.</summary>
    public ConnectedTransport(Socket socket, SslStream stream)
    {
        _socket = socket;
        Stream = stream;
    }

    /// <summary>What MQTT is written to and read from.</summary>
    public Stream Stream { get; }

    /// <summary>Whether the way is encrypted.</summary>
    public bool IsTls => Stream is SslStream;

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
