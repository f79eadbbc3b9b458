using System.Net.Sockets;
using System.Text;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>Plays systemd's part of sd_notify(3): a datagram socket that collects what the service says.</summary>
internal sealed class NotifySocket : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Task _receiving;

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _receiving = ReceiveAsync();
    }

    public string Path { get; }

    /// <summary>The assignments in the order in which they came, such as READY=1.</summary>
    public Feed<string> Said { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving;
        File.Delete(Path);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer);
                foreach (var line in Encoding.UTF8.GetString(buffer, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    Said.Add(line);
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
