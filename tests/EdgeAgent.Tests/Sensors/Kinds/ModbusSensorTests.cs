using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;
using static EdgeAgent.Tests.Sensors.Support.ModbusReplies;
using static EdgeAgent.Tests.Sensors.Support.ModbusSettings;

namespace EdgeAgent.Tests.Sensors.Kinds;

/// <summary>Modbus over TCP, with a device that answers as the test says.</summary>
public sealed class ModbusSensorTests
{
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
        var (isWrong, time) = (true, new FakeTimeProvider());
        await using var device = ModbusDevice.OverTcp(request =>
        {
            if (isWrong && kind == "timeout")
            {
                time.Advance(TimeSpan.FromMinutes(1));
            }

            return isWrong ? Misbehave(wrong, request) : [Tcp(request, Registers(request))];
        });
        await using var sensor = Some.Sensor(
            ModbusSensor.Kind, Some.Environment(time), ("controller", new ModbusPlace("127.0.0.1", device.Port)), Registers(), ("max_gap", 10));

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
    public async Task A_device_that_closes_an_idle_connection_costs_no_reading()
    {
        await using var device = ModbusDevice.OverTcp(static request => [Tcp(request, Registers(request))], hangsUpWhenIdle: true);
        await using var sensor = OverTcp(device, ("max_gap", 10));

        for (var i = 0; i < 10; i++)
        {
            Assert.Null((await sensor.ReadAsync(default)).Failure);
        }
    }

    [Fact]
    public async Task A_connection_that_is_closed_at_the_moment_of_the_request_costs_no_reading()
    {
        ModbusDevice? device = null;
        await using (device = ModbusDevice.OverTcp(request => device!.Requests == 2 ? null : [Tcp(request, Registers(request))]))
        {
            await using var sensor = OverTcp(device, ("max_gap", 10));

            Assert.Null((await sensor.ReadAsync(default)).Failure);
            Assert.Null((await sensor.ReadAsync(default)).Failure);
            Assert.Equal(3, device.Requests);
        }
    }

    [Fact]
    public async Task A_device_that_always_hangs_up_is_a_failure_after_one_request()
    {
        await using var device = ModbusDevice.OverTcp(static _ => null);
        await using var sensor = OverTcp(device, ("max_gap", 10));

        Assert.Equal(SensorFailureKind.Io, (await sensor.ReadAsync(default)).Failure?.Kind);
        Assert.Equal(1, device.Requests);
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        await using var sensor = Some.Sensor(ModbusSensor.Kind, null, ("controller", new ModbusPlace("127.0.0.1", ModbusDevice.FreePort())), Registers());

        Assert.Equal(SensorFailureKind.Io, (await sensor.ReadAsync(default)).Failure?.Kind);
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

    private static ISensor OverTcp(ModbusDevice device, params (string Name, object Value)[] settings) =>
        Some.Sensor(ModbusSensor.Kind, null, [("controller", new ModbusPlace("127.0.0.1", device.Port)), Registers(), .. Patient(settings)]);
}
