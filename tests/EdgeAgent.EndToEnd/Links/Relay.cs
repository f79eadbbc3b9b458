using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeAgent.EndToEnd.Links;

/// <summary>
/// A bad link where the kernel gives none: a TCP relay on the loopback interface that delays, throttles, falls silent in one direction, and
/// breaks. The kernels' own TCP stands between the relay and both ends, so there is no loss of packets and no lost route in it.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    /// <summary>What is under way in one direction at most, in chunks: a modem's buffer.</summary>
    private const int BufferedChunks = 32;

    private const int ChunkSize = 1460;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly Valve _toBroker = new();
    private readonly Valve _toAgent = new();
    private readonly int _brokerPort;
    private readonly TimeSpan _delay;
    private readonly double _bytesPerSecond;
    private readonly Task _accepting;
    private bool _isBroken;

    private Relay(int brokerPort, TimeSpan delay, double bytesPerSecond)
    {
        (_brokerPort, _delay, _bytesPerSecond) = (brokerPort, delay, bytesPerSecond);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the agent finds the broker behind it.</summary>
    public string Url => $"mqtt://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <param name="brokerPort">Where the broker listens.</param>
    /// <param name="delay">Of a byte, one way.</param>
    /// <param name="bitsPerSecond">Each way; infinite: unlimited.</param>
    public static Relay Start(int brokerPort, TimeSpan delay = default, double bitsPerSecond = double.PositiveInfinity) => new(brokerPort, delay, bitsPerSecond / 8);

    /// <summary>From now on nothing the broker sends arrives; what the agent sends does: the half-open link.</summary>
    public Task SilenceBrokerAsync() => Do(_toAgent.Close);

    /// <summary>From now on nothing the agent sends arrives; what the broker sends does.</summary>
    public Task SilenceAgentAsync() => Do(_toBroker.Close);

    /// <summary>Breaks every connection, and refuses new ones.</summary>
    public Task ResetAsync() => Do(() =>
    {
        _isBroken = true;
        BreakAll();
    });

    /// <summary>Ends every fault. A connection that was silent goes on with what was under way, as on a real link.</summary>
    public Task HealAsync() => Do(() =>
    {
        _isBroken = false;
        _toBroker.Open();
        _toAgent.Open();
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await Do(BreakAll);
        await _accepting;
        _end.Dispose();
    }

    private Task Do(Action change)
    {
        lock (_gate)
        {
            change();
        }

        return Task.CompletedTask;
    }

    private void BreakAll()
    {
        foreach (var socket in _sockets)
        {
            Break(socket);
        }

        _sockets.Clear();
    }

    /// <summary>Closed so that the other end gets a reset.</summary>
    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                carrying.Add(CarryAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(Socket agent)
    {
        var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        agent.NoDelay = true;
        lock (_gate)
        {
            if (_isBroken || _end.IsCancellationRequested)
            {
                Break(agent);
                Break(broker);
                return;
            }

            _ = _sockets.Add(agent);
            _ = _sockets.Add(broker);
        }

        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _brokerPort, _end.Token);
            await Task.WhenAll(DirectAsync(agent, broker, _toBroker), DirectAsync(broker, agent, _toAgent));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The broker is down.
        }

        lock (_gate)
        {
            Break(agent);
            Break(broker);
            _ = _sockets.Remove(agent);
            _ = _sockets.Remove(broker);
        }
    }

    /// <summary>Carries one direction until either end is gone, and then ends the other one.</summary>
    private async Task DirectAsync(Socket from, Socket to, Valve valve)
    {
        var underWay = Channel.CreateBounded<(byte[] Bytes, long Since)>(BufferedChunks);
        await Task.WhenAll(ReadAsync(from, underWay.Writer), WriteAsync(underWay, to, valve));
    }

    private static async Task ReadAsync(Socket from, ChannelWriter<(byte[] Bytes, long Since)> underWay)
    {
        try
        {
            while (true)
            {
                var chunk = new byte[ChunkSize];
                var length = await from.ReceiveAsync(chunk);
                if (length == 0)
                {
                    break;
                }

                await underWay.WriteAsync((chunk[..length], TimeProvider.System.GetTimestamp()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or ChannelClosedException)
        {
            // This end is gone.
        }

        underWay.TryComplete();
    }

    private async Task WriteAsync(Channel<(byte[] Bytes, long Since)> underWay, Socket to, Valve valve)
    {
        try
        {
            await foreach (var (bytes, since) in underWay.Reader.ReadAllAsync(_end.Token))
            {
                var left = _delay - TimeProvider.System.GetElapsedTime(since);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System, _end.Token);
                await Task.Delay(TimeSpan.FromSeconds(bytes.Length / _bytesPerSecond), TimeProvider.System, _end.Token);
                await valve.Opened.WaitAsync(_end.Token);
                for (var sent = 0; sent < bytes.Length;)
                {
                    sent += await to.SendAsync(bytes.AsMemory(sent), SocketFlags.None, _end.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other end is gone.
        }

        // Whoever still reads for it learns it at the next chunk, and what still comes from it is read no more.
        _ = underWay.Writer.TryComplete();
        to.Dispose();
    }

    /// <summary>Lets a direction pass, or not.</summary>
    private sealed class Valve
    {
        private TaskCompletionSource _opened = Opening(isOpen: true);

        public Task Opened => Volatile.Read(ref _opened).Task;

        public void Close()
        {
            if (_opened.Task.IsCompleted)
            {
                Volatile.Write(ref _opened, Opening(isOpen: false));
            }
        }

        public void Open() => _opened.TrySetResult();

        private static TaskCompletionSource Opening(bool isOpen)
        {
            var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (isOpen)
            {
                opening.SetResult();
            }

            return opening;
        }
    }
}
