using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors;

/// <summary>Counts what the whole process holds, so nothing else may run meanwhile.</summary>
[Collection(CountingCollection.Name)]
public sealed class LeakTests
{
    private const int Failures = 1000;

    /// <summary>Pools and timers of the runtime open a few on their own.</summary>
    private const int Allowance = 8;

    [Fact]
    public async Task A_thousand_failed_programs_leak_neither_handles_nor_processes()
    {
        string[][] commands = [["/no/such/program"], ["/bin/false"], ["/bin/echo", "rubbish"], ["/bin/sh", "-c", "echo noise >&2; exit 4"]];
        await FailAsync(number => Some.ReadAsync(ExecSensor.Kind, null, ("command", commands[number % commands.Length].ToImmutableArray())));
        Assert.Empty(Processes.ZombieChildren());
    }

    [Fact]
    public async Task A_thousand_failed_web_requests_leak_no_handles()
    {
        string[] answers = ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n21.5", "rubbish\r\n\r\n", ""];
        var next = 0;
        await using var server = HttpServer.Answering(
            async (_, stream, token) => await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answers[next++ % answers.Length]), token));
        var nobody = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ClosedPort()}/");
        await FailAsync(number => Some.ReadAsync(HttpSensor.Kind, null, ("url", number % 5 == 0 ? nobody : server.Url)));
    }

    [Fact]
    public async Task A_thousand_wrong_replies_of_a_modbus_device_leak_no_handles()
    {
        var next = 0;
        await using var device = ModbusDevice.OverTcp(request => (next++ % 3) switch
        {
            0 => [[.. request[..4], 0, 3, request[6], 0x83, 4]],
            1 => [[.. request[..4], 0, 0xFF, request[6], 3]],
            _ => [[1, 2, 3, 4, 5, 6, 7, 8, 9]],
        });
        ImmutableArray<KeyValues> registers = [ModbusSettings.Register("first", 0)];
        await FailAsync(number => Some.ReadAsync(
            ModbusSensor.Kind, null, ("controller", new ModbusPlace("127.0.0.1", number % 5 == 0 ? ClosedPort() : device.Port)), ("registers", registers)));
    }

    [Fact]
    public async Task A_thousand_sources_that_end_leak_no_handles()
    {
        var nobody = new BrokerAddress("127.0.0.1", ClosedPort(), Tls: false);
        await FailAsync(async number =>
        {
            await using var stream = (number % 4) switch
            {
                0 => new RunningStream(SerialSensor.Kind, null, ("port", "/dev/no-such-port")),
                1 => new RunningStream(SerialSensor.Kind, null, ("port", "/dev/null")),
                2 => new RunningStream(MqttSensor.Kind, null, ("url", nobody), ("topics", ImmutableArray.Create("#"))),
                _ => new RunningStream(ExecdSensor.Kind, null, ("command", ImmutableArray.Create("/bin/false"))),
            };
            return Observation.Failed(await stream.EndAsync());
        });
        Assert.Empty(Processes.ZombieChildren());
    }

    private static async Task FailAsync(Func<int, Task<Observation>> read)
    {
        for (var warm = 0; warm < 10; warm++)
        {
            await read(warm);
        }

        var handles = Processes.OpenFiles();
        for (var number = 0; number < Failures; number++)
        {
            Assert.NotNull((await read(number)).Failure);
        }

        Assert.InRange(Processes.OpenFiles(), 0, handles + Allowance);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
