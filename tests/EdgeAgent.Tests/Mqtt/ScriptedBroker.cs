using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>
/// A broker on a loopback socket that does nothing by itself: the test reads every packet that the client sends and writes every
/// byte that comes back. All waits end after <see cref="Patience"/>.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    public static readonly TimeSpan Patience = BusyMachine.Deadline;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<BrokerSide> _accepted = [];
    private readonly Func<Stream, Task<Stream>> _secure;

    /// <param name="secure">Makes TLS of each connection; null for plain TCP.</param>
    /// <param name="receiveBuffer">How many bytes the kernel takes that the test has not read; null: as many as it likes.</param>
    public ScriptedBroker(Func<Stream, Task<Stream>>? secure = null, int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size)
        {
            _listener.Server.ReceiveBufferSize = size;
        }

        _secure = secure ?? Task.FromResult;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>The next connection of a client.</summary>
    public async Task<BrokerSide> AcceptAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        var socket = await _listener.AcceptSocketAsync(deadline.Token);
        try
        {
            var side = new BrokerSide(socket, await _secure(new NetworkStream(socket)).WaitAsync(Patience));
            _accepted.Add(side);
            return side;
        }
        catch
        {
            // Closing with unread bytes would reset the connection and take our alert back.
            socket.Shutdown(SocketShutdown.Send);
            using var nobody = socket;
            while (await socket.ReceiveAsync(new byte[1024], deadline.Token) > 0)
            {
            }

            throw;
        }
    }

    /// <summary>The next connection, its CONNECT read and answered.</summary>
    public async Task<BrokerSide> AcceptAsync(byte[] connack)
    {
        var side = await AcceptAsync();
        side.Connect = await side.ReadAsync();
        Assert.Equal(1, side.Connect.Type);
        await side.SendAsync(connack);
        return side;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in _accepted)
        {
            await side.DisposeAsync();
        }

        _listener.Dispose();
    }
}

/// <summary>The broker's side of one connection.</summary>
internal sealed class BrokerSide(Socket socket, Stream stream) : IAsyncDisposable
{
    private readonly byte[] _one = new byte[1];

    /// <summary>The CONNECT, when <see cref="ScriptedBroker.AcceptAsync(byte[])"/> has read it.</summary>
    public WirePacket Connect { get; set; } = new([]);

    /// <summary>The next packet of the client; fails when it closes instead.</summary>
    public async Task<WirePacket> ReadAsync() =>
        await TryReadAsync() ?? throw new EndOfStreamException("The client closed the connection.");

    /// <summary>The next packet of the client, or null when it has closed the connection.</summary>
    public async Task<WirePacket?> TryReadAsync()
    {
        using var deadline = new CancellationTokenSource(ScriptedBroker.Patience);
        var packet = new List<byte>();
        if (!await ReadIntoAsync(packet, 1, deadline.Token))
        {
            return null;
        }

        var remaining = 0;
        for (var shift = 0; ; shift += 7)
        {
            Assert.True(await ReadIntoAsync(packet, 1, deadline.Token) && shift < 28, "The client broke off within a fixed header.");
            remaining |= (packet[^1] & 0x7F) << shift;
            if (packet[^1] < 0x80)
            {
                break;
            }
        }

        Assert.True(await ReadIntoAsync(packet, remaining, deadline.Token), "The client broke off within a packet.");
        return new WirePacket([.. packet]);
    }

    /// <summary>Reads so many bytes, whatever they are.</summary>
    public async Task SkipAsync(int count)
    {
        using var deadline = new CancellationTokenSource(ScriptedBroker.Patience);
        await stream.ReadExactlyAsync(new byte[count], deadline.Token);
    }

    /// <summary>Reads the packets of the client until one of this type comes.</summary>
    public async Task<WirePacket> ReadUntilAsync(int type)
    {
        while (true)
        {
            if (await ReadAsync() is var packet && packet.Type == type)
            {
                return packet;
            }
        }
    }

    /// <summary>All packets of the client until it closes the connection.</summary>
    public async Task<IReadOnlyList<WirePacket>> ReadToEndAsync()
    {
        var packets = new List<WirePacket>();
        while (await TryReadAsync() is { } packet)
        {
            packets.Add(packet);
        }

        return packets;
    }

    /// <summary>Writes bytes as they are.</summary>
    public async Task SendAsync(params byte[] bytes) => await stream.WriteAsync(bytes);

    /// <summary>Writes bytes one at a time, each in a segment of its own.</summary>
    public async Task SendSlowlyAsync(byte[] bytes)
    {
        socket.NoDelay = true;
        foreach (var single in bytes)
        {
            await SendAsync(single);
        }
    }

    /// <summary>Closes in the ordinary way.</summary>
    public void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was first.
        }

        socket.Dispose();
    }

    /// <summary>Closes with a TCP reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> ReadIntoAsync(List<byte> packet, int count, CancellationToken deadline)
    {
        var bytes = count == 1 ? _one : new byte[count];
        for (var read = 0; read < count;)
        {
            int next;
            try
            {
                next = await stream.ReadAsync(bytes.AsMemory(read, count - read), deadline);
            }
            catch (IOException)
            {
                return false;
            }

            if (next == 0)
            {
                return false;
            }

            read += next;
        }

        packet.AddRange(bytes.AsSpan(0, count));
        return true;
    }
}
