using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A publish as it came over the wire.</summary>
/// <param name="Connection">The number of the connection that it came on, from 1.</param>
/// <param name="Duplicate">The DUP flag.</param>
/// <param name="Id">The id in its payload.</param>
internal sealed record SeenPublish(int Connection, string Topic, bool Duplicate, string? Id);

/// <summary>
/// A broker of a few lines on a raw socket, MQTT 3.1.1 and 5.0, that takes every publish and acknowledges only those that it is
/// told to. It shares no code with the agent.
/// </summary>
internal sealed class SilentBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<SeenPublish, bool> _acknowledges;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private Socket? _current;
    private int _connections;

    /// <param name="acknowledges">Whether a publish gets its PUBACK.</param>
    public SilentBroker(Func<SeenPublish, bool> acknowledges)
    {
        _acknowledges = acknowledges;
        _listener.Start();
        _running = RunAsync();
    }

    public string Url => $"mqtt://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public Feed<SeenPublish> Publishes { get; } = new();

    /// <summary>Cuts the connection of the agent without a word; it may come back.</summary>
    public void Cut() => _current?.Close(0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _current = socket;
                _connections++;
                await using var stream = new NetworkStream(socket);
                await ServeAsync(stream);
            }
            catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Cut, or the agent went.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var version = 4;
        while (true)
        {
            var (first, body) = await ReadPacketAsync(stream);
            switch (first >> 4)
            {
                case 1:
                    version = body[6];
                    await stream.WriteAsync(version == 5 ? new byte[] { 0x20, 3, 0, 0, 0 } : [0x20, 2, 0, 0], _stop.Token);
                    break;
                case 3:
                    await TakeAsync(stream, first, body, version);
                    break;
                case 12:
                    await stream.WriteAsync(new byte[] { 0xD0, 0 }, _stop.Token);
                    break;
                case 14:
                    return;
                default:
                    throw new InvalidDataException($"packet type {first >> 4} was not expected from an agent");
            }
        }
    }

    private async Task TakeAsync(NetworkStream stream, byte first, byte[] body, int version)
    {
        var topicLength = BinaryPrimitives.ReadUInt16BigEndian(body);
        var at = 2 + topicLength;
        var topic = Encoding.UTF8.GetString(body, 2, topicLength);
        var packetId = (first & 0x06) == 0 ? default : body.AsMemory(at, 2);
        at += packetId.Length;
        if (version == 5)
        {
            at += ReadVariable(body, at, out var length) + length;
        }

        var seen = new SeenPublish(_connections, topic, (first & 0x08) != 0, IdOf(body.AsMemory(at)));
        var acknowledged = packetId.Length > 0 && _acknowledges(seen);
        Publishes.Add(seen);
        if (acknowledged)
        {
            await stream.WriteAsync(new byte[] { 0x40, 2, packetId.Span[0], packetId.Span[1] }, _stop.Token);
        }
    }

    private async Task<(byte First, byte[] Body)> ReadPacketAsync(NetworkStream stream)
    {
        var header = new byte[1];
        await stream.ReadExactlyAsync(header, _stop.Token);
        var first = header[0];
        var (length, shift) = (0, 0);
        do
        {
            await stream.ReadExactlyAsync(header, _stop.Token);
            length |= (header[0] & 0x7F) << shift;
            shift += 7;
        }
        while (header[0] >= 0x80);

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return (first, body);
    }

    /// <summary>Reads a variable byte integer (MQTT 5.0, 1.5.5); gives how many bytes it took.</summary>
    private static int ReadVariable(byte[] body, int at, out int value)
    {
        value = 0;
        var taken = 0;
        do
        {
            value |= (body[at + taken] & 0x7F) << (7 * taken);
        }
        while (body[at + taken++] >= 0x80);

        return taken;
    }

    private static string? IdOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.TryGetProperty("id", out var id) ? id.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
