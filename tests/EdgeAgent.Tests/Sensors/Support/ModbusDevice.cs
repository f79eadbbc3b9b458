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

    private ModbusDevice(TcpListener listener, Func<byte[], byte[][]> answer)
    {
        _listener = listener;
        listener.Start();
        _run = ServeTcpAsync(listener, answer);
    }

    private ModbusDevice(string port, Func<byte[], byte[][]> answer) => _run = ServeSerialAsync(port, answer);

    public int Port => ((IPEndPoint)_listener!.LocalEndpoint).Port;

    public int Requests { get; private set; }

    /// <param name="answer">What to send, piece by piece, for a request; nothing for silence.</param>
    public static ModbusDevice OverTcp(Func<byte[], byte[][]> answer) => new(new TcpListener(IPAddress.Loopback, 0), answer);

    public static ModbusDevice OnLine(SerialCable cable, Func<byte[], byte[][]> answer) => new(cable.Far, answer);

    /// <summary>A port of this machine that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Some.Deadline);
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeTcpAsync(TcpListener listener, Func<byte[], byte[][]> answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptSocketAsync(_stop.Token);
                var request = new byte[12];
                try
                {
                    while (await client.ReceiveAsync(request, _stop.Token) == request.Length)
                    {
                        Requests++;
                        foreach (var piece in answer([.. request]))
                        {
                            await client.SendAsync(piece, _stop.Token);
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

    private async Task ServeSerialAsync(string path, Func<byte[], byte[][]> answer)
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
                    foreach (var piece in answer([.. request]))
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
