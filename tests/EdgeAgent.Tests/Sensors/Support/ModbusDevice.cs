using System.Net;
using System.Net.Sockets;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A Modbus device that answers, or misbehaves, as the test says: on a TCP port, or on the far end of a serial cable.</summary>
internal sealed class ModbusDevice : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener? _listener;
    private readonly Task _run;
    private Socket? _client;

    private ModbusDevice(TcpListener listener, Func<byte[], byte[][]?> answer)
    {
        _listener = listener;
        listener.Start();
        _run = ServeTcpAsync(listener, answer);
    }

    private ModbusDevice(string port, Func<byte[], byte[][]?> answer) => _run = ServeSerialAsync(port, answer);

    public int Port => ((IPEndPoint)_listener!.LocalEndpoint).Port;

    public int Requests { get; private set; }

    /// <summary>Whether it closes the connection behind each answer, as devices do with one that is idle for long.</summary>
    public bool HangsUpWhenIdle { get; init; }

    /// <param name="answer">What to send, piece by piece, for a request; nothing for silence, null to close the connection.</param>
    public static ModbusDevice OverTcp(Func<byte[], byte[][]?> answer, bool hangsUpWhenIdle = false) =>
        new(new TcpListener(IPAddress.Loopback, 0), answer) { HangsUpWhenIdle = hangsUpWhenIdle };

    public static ModbusDevice OnLine(SerialCable cable, Func<byte[], byte[][]?> answer) => new(cable.Far, answer);

    /// <summary>A port of this machine that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sends what nobody asked for; when this completes, it has arrived.</summary>
    public async Task SayAsync(byte[] bytes)
    {
        try
        {
            await _client!.SendAsync(bytes, _stop.Token);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The agent has had enough.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Some.Deadline);
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeTcpAsync(TcpListener listener, Func<byte[], byte[][]?> answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptSocketAsync(_stop.Token);
                _client = client;
                var request = new byte[12];
                try
                {
                    for (int length; (length = await client.ReceiveAsync(request, _stop.Token)) > 0;)
                    {
                        Requests++;
                        var pieces = answer(request[..length]);
                        foreach (var piece in pieces ?? [])
                        {
                            await client.SendAsync(piece, _stop.Token);
                        }

                        if (pieces is null || HangsUpWhenIdle)
                        {
                            break;
                        }
                    }
                }
                catch (SocketException)
                {
                    // The agent has had enough.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeSerialAsync(string path, Func<byte[], byte[][]?> answer)
    {
        using var port = SerialPort.Open(path, new(9600)).Port!;
        try
        {
            var request = new byte[8];
            var length = 0;
            while (true)
            {
                var count = await port.Stream.ReadAsync(request.AsMemory(length), _stop.Token);
                if (count <= 0)
                {
                    return;
                }

                length += count;
                if (length == request.Length)
                {
                    length = 0;
                    Requests++;
                    foreach (var piece in answer([.. request]) ?? [])
                    {
                        await port.Stream.WriteAsync(piece, _stop.Token);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
