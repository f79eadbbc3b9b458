using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;
using static EdgeAgent.Tests.Sensors.Support.ModbusReplies;
using static EdgeAgent.Tests.Sensors.Support.ModbusSettings;

namespace EdgeAgent.Tests.Sensors.Kinds;

/// <summary>Modbus on a serial line, with a device that answers as the test says.</summary>
public sealed class ModbusLineTests
{
    private static readonly byte[] GoodRtu = Convert.FromHexString("010304090600641845");

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
        var patience = TimeSpan.FromSeconds(wrong switch { "silence" => 0.2, "half" or "rubbish" => 8, _ => 20 });
        var environment = Some.Environment();
        await using var sensor = OnLine(cable, environment, ("slave", 1), ("max_gap", 10), ("response_timeout", patience));
        await using var next = OnLine(cable, environment, ("slave", 1), ("max_gap", 10));

        var failed = await sensor.ReadAsync(default);
        Assert.Empty(failed.Values);
        Assert.Equal(kind, failed.Failure?.Kind.Text());

        isWrong = false;
        Assert.Null((await next.ReadAsync(default)).Failure);
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

    private static ISensor OnLine(SerialCable cable, SensorEnvironment? environment, params (string Name, object Value)[] settings) =>
        Some.Sensor(ModbusSensor.Kind, environment, [("controller", new ModbusPlace(cable.Near, 0)), Registers(), .. Patient(settings)]);
}
