using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class ModbusSensorTests
{
    private static readonly byte[] GoodRtu = Convert.FromHexString("010304090600641845");

    /// <summary>What python3-pymodbus serves: holding registers 0 to 9, coils 0 to 9.</summary>
    private const string Server =
        """
        import sys
        from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Slave, ModbusServerContext as Context
        from pymodbus.server import StartTcpServer, StartSerialServer
        from pymodbus.framer.rtu_framer import ModbusRtuFramer
        slave = Slave(di=Block(0, [1, 0]), co=Block(0, [1, 0, 1]), hr=Block(0, [2310, 100, 0x41ac, 0, 65535]), ir=Block(0, [7]), zero_mode=True)
        context = Context(slaves={1: slave, 2: slave}, single=False)
        if sys.argv[1] == "tcp":
            StartTcpServer(context=context, address=("127.0.0.1", int(sys.argv[2])))
        else:
            StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=9600, timeout=0.05)
        """;

    [Fact]
    public async Task All_that_was_asked_for_comes_by_few_requests()
    {
        await using var device = ModbusDevice.OverTcp(static request => [Tcp(request, Registers(request))]);
        await using var sensor = OverTcp(device, ("max_gap", 10));

        var observation = await sensor.ReadAsync(default);

        Assert.Null(observation.Failure);
        Assert.Equal([new NamedValue("first", Value.Of(0)), new("third", Value.Of(2))], observation.Values.AsEnumerable());
        Assert.Equal(1, device.Requests);
    }

    [Fact]
    public async Task A_reply_to_an_old_request_is_passed_over()
    {
        await using var device = ModbusDevice.OverTcp(static request =>
        {
            var old = Tcp(request, Registers(request));
            old[0] ^= 0x55;
            old[10] = 99;
            return [old, Tcp(request, Registers(request))];
        });
        await using var sensor = OverTcp(device);

        Assert.Equal(Value.Of(0), (await sensor.ReadAsync(default)).Values[0].Value);
    }

    [Fact]
    public async Task A_reply_in_pieces_is_put_together()
    {
        await using var device = ModbusDevice.OverTcp(static request => [.. Tcp(request, Registers(request)).Select(octet => new[] { octet })]);
        await using var sensor = OverTcp(device);

        Assert.Null((await sensor.ReadAsync(default)).Failure);
    }

    [Theory]
    [InlineData("wrong unit", "format")]
    [InlineData("wrong protocol", "format")]
    [InlineData("huge length", "format")]
    [InlineData("no length", "format")]
    [InlineData("too little data", "format")]
    [InlineData("exception", "missing")]
    [InlineData("silence", "timeout")]
    [InlineData("half", "timeout")]
    public async Task A_wrong_reply_over_TCP_costs_its_reading_and_the_next_is_right(string wrong, string kind)
    {
        var isWrong = true;
        await using var device = ModbusDevice.OverTcp(request => isWrong ? Misbehave(wrong, request) : [Tcp(request, Registers(request))]);
        await using var sensor = OverTcp(device, ("max_gap", 10), ("response_timeout", TimeSpan.FromSeconds(wrong is "silence" or "half" ? 2 : 20)));

        var failed = await sensor.ReadAsync(default);
        Assert.Empty(failed.Values);
        Assert.Equal(kind, failed.Failure?.Kind.Text());

        isWrong = false;
        var observation = await sensor.ReadAsync(default);
        Assert.Null(observation.Failure);
        Assert.Equal(2, observation.Values.Length);
    }

    [Fact]
    public async Task A_busy_device_is_asked_again()
    {
        var asked = 0;
        await using var device = ModbusDevice.OverTcp(request => [asked++ < 2 ? Tcp(request, [0x83, 6]) : Tcp(request, Registers(request))]);
        await using var sensor = OverTcp(device, ("max_gap", 10));

        Assert.Null((await sensor.ReadAsync(default)).Failure);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task One_address_that_is_not_there_does_not_hide_the_others()
    {
        await using var device = ModbusDevice.OverTcp(static request => [request[9] == 2 ? Tcp(request, [0x83, 2]) : Tcp(request, Registers(request))]);
        await using var sensor = OverTcp(device);

        var observation = await sensor.ReadAsync(default);

        Assert.Equal("first", Assert.Single(observation.Values).Name);
        Assert.Equal(SensorFailureKind.Missing, observation.Failure?.Kind);
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        await using var sensor = Some.Sensor(ModbusSensor.Kind, null, ("controller", new ModbusPlace("127.0.0.1", FreePort())), Registers());

        Assert.Equal(SensorFailureKind.Io, (await sensor.ReadAsync(default)).Failure?.Kind);
    }

    [Fact]
    public async Task A_line_is_read_by_RTU()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var device = ModbusDevice.OnLine(cable, static request => [Rtu(1, Registers(request))]);
        await using var sensor = OnLine(cable, null, ("slave", 1));

        var observation = await sensor.ReadAsync(default);

        Assert.Null(observation.Failure);
        Assert.Equal([Value.Of(0), Value.Of(2)], observation.Values.Select(value => value.Value));
    }

    [Theory]
    [InlineData("crc", "crc")]
    [InlineData("slave", "format")]
    [InlineData("half", "crc")]
    [InlineData("rubbish", "crc")]
    [InlineData("silence", "timeout")]
    public async Task A_wrong_reply_on_the_line_costs_its_reading_and_the_next_is_right(string wrong, string kind)
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        var isWrong = true;
        await using var device = ModbusDevice.OnLine(cable, request => (isWrong ? wrong : "none") switch
        {
            "crc" => [[.. GoodRtu[..^1], 0]],
            "slave" => [Rtu(2, Registers(request))],
            "half" => [GoodRtu[..4]],
            "rubbish" => ["rubbish and more rubbish"u8.ToArray()],
            "silence" => [],
            _ => [Rtu(1, Registers(request))],
        });
        var patience = TimeSpan.FromSeconds(wrong is "half" or "silence" ? 2 : 20);
        await using var sensor = OnLine(cable, null, ("slave", 1), ("max_gap", 10), ("response_timeout", patience));

        var failed = await sensor.ReadAsync(default);
        Assert.Empty(failed.Values);
        Assert.Equal(kind, failed.Failure?.Kind.Text());

        isWrong = false;
        Assert.Null((await sensor.ReadAsync(default)).Failure);
    }

    [Fact]
    public async Task A_dead_slave_costs_the_others_on_its_line_one_timeout_at_most()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var device = ModbusDevice.OnLine(cable, static request => request[0] == 1 ? [Rtu(1, Registers(request))] : []);
        var environment = Some.Environment();
        await using var dead = OnLine(cable, environment, ("slave", 2), ("response_timeout", TimeSpan.FromMilliseconds(200)));
        await using var alive = OnLine(cable, environment, ("slave", 1));

        var silence = dead.ReadAsync(default).AsTask();
        var observation = await alive.ReadAsync(default).AsTask().WaitAsync(Some.Deadline);

        Assert.Null(observation.Failure);
        Assert.Equal(SensorFailureKind.Timeout, (await silence).Failure?.Kind);
    }

    [Fact]
    public async Task Waiting_for_the_bus_is_not_the_devices_fault()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var device = ModbusDevice.OnLine(cable, static _ => []);
        var environment = Some.Environment();
        await using var dead = OnLine(cable, environment, ("slave", 2), ("response_timeout", TimeSpan.FromSeconds(20)));
        await using var waiting = OnLine(cable, environment, ("slave", 1));
        using var stop = new CancellationTokenSource();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var silence = dead.ReadAsync(stop.Token).AsTask();
        Assert.Equal(SensorFailureKind.Io, (await waiting.ReadAsync(deadline.Token).AsTask().WaitAsync(Some.Deadline)).Failure?.Kind);

        await stop.CancelAsync();
        Assert.Equal(SensorFailureKind.Timeout, (await silence.WaitAsync(Some.Deadline)).Failure?.Kind);
    }

    [SkippableTheory]
    [InlineData("tcp")]
    [InlineData("rtu")]
    public async Task A_server_of_pymodbus_is_understood(string transport)
    {
        Skip.IfNot(Run("/usr/bin/python3", "-c", "import pymodbus, serial"), "python3-pymodbus is not installed");
        using var tree = new FixtureTree();
        tree.With("server.py", Server);
        using var cable = await SerialCable.PlugAsync(tree);
        var port = FreePort();
        string[] arguments = [tree.Path("server.py"), transport, transport == "tcp" ? $"{port}" : cable.Far];
        using var server = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true })!;
        try
        {
            var place = transport == "tcp" ? new ModbusPlace("127.0.0.1", port) : new ModbusPlace(cable.Near, 0);
            await using var sensor = Some.Sensor(
                ModbusSensor.Kind,
                null,
                ("controller", place),
                ("slave", 2),
                Registers(
                    Register("voltage", 0, ("scale", 0.1), ("unit", "V")),
                    Register("flow", 2, ("data_type", ModbusType.Float32)),
                    Register("low", 4, ("data_type", ModbusType.Int16)),
                    Register("pump", 0, ("table", ModbusTable.Coils)),
                    Register("valve", 1, ("table", ModbusTable.Coils)),
                    Register("door", 0, ("table", ModbusTable.DiscreteInputs)),
                    Register("count", 0, ("table", ModbusTable.InputRegisters))));

            using var deadline = new CancellationTokenSource(Some.Deadline);
            var observation = await sensor.ReadAsync(default);
            while (observation.Failure is not null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
                observation = await sensor.ReadAsync(default);
            }

            Assert.Equal(
                [
                    new NamedValue("pump", Value.Of(true)), new("valve", Value.Of(false)), new("door", Value.Of(true)),
                    new("voltage", Value.Of(231.0), "V"), new("flow", Value.Of(21.5)), new("low", Value.Of(-1)), new("count", Value.Of(7)),
                ],
                observation.Values.AsEnumerable());
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static byte[][] Misbehave(string wrong, byte[] request)
    {
        var good = Tcp(request, Registers(request));
        switch (wrong)
        {
            case "wrong unit":
                good[6] ^= 3;
                return [good];
            case "wrong protocol":
                good[2] = 9;
                return [good];
            case "huge length":
                good[4] = 0xFF;
                return [good];
            case "no length":
                good[5] = 0;
                return [good];
            case "too little data":
                return [Tcp(request, [3, 2, 0, 7])];
            case "exception":
                return [Tcp(request, [0x83, 2])];
            case "half":
                return [good[..9]];
            default:
                return [];
        }
    }

    /// <summary>Registers that hold their own address.</summary>
    private static byte[] Registers(byte[] request)
    {
        var at = request.Length == 12 ? 8 : 2;
        var (address, count) = (request[at + 1], request[at + 3]);
        return [3, (byte)(count * 2), .. Enumerable.Range(address, count).SelectMany(number => new byte[] { 0, (byte)number })];
    }

    private static byte[] Tcp(byte[] request, byte[] reply) => [.. request[..4], 0, (byte)(reply.Length + 1), request[6], .. reply];

    private static byte[] Rtu(byte slave, byte[] reply)
    {
        byte[] frame = [slave, .. reply];
        var crc = ModbusFrame.Checksum(frame);
        return [.. frame, (byte)crc, (byte)(crc >> 8)];
    }

    private static (string Name, object Value) Registers() => Registers(Register("first", 0), Register("third", 2));

    private static (string Name, object Value) Registers(params KeyValues[] registers) => ("registers", registers.ToImmutableArray());

    internal static KeyValues Register(string name, int address, params (string Name, object Value)[] more)
    {
        var shape = (ListShape<KeyValues>)ModbusKeys.List.Shape;
        var keys = ((SectionShape)shape.ItemShape).Keys;
        return new(keys, more.Append(("name", name)).Append(("address", address)).ToImmutableDictionary(pair => keys.Single(key => key.Name == pair.Item1), pair => new KeyValue(pair.Item2, null)));
    }

    private static ISensor OverTcp(ModbusDevice device, params (string Name, object Value)[] settings) =>
        Some.Sensor(ModbusSensor.Kind, null, [("controller", new ModbusPlace("127.0.0.1", device.Port)), Registers(), .. settings]);

    private static ISensor OnLine(SerialCable cable, SensorEnvironment? environment, params (string Name, object Value)[] settings) =>
        Some.Sensor(ModbusSensor.Kind, environment, [("controller", new ModbusPlace(cable.Near, 0)), Registers(), .. settings]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
