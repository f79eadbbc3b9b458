using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class IioSensorTests
{
    private const string Temperature = "sys/bus/iio/devices/iio:device0/in_temp_input";

    [Theory]
    [InlineData("bme280", "21530", "96.386199218", "46333", 21.53, 963.86199218, 46.333)]
    [InlineData("bme280", "21530", "96.386199218", "46.333007812", 21.53, 963.86199218, 46.333007812)]
    [InlineData("bme680", "24540", "101.435000000", "41.074000000", 24.54, 1014.35, 41.074)]
    [InlineData("bme680", "24540", "1014.350000000", "41.074000000", 24.54, 1014.35, 41.074)]
    public async Task The_drivers_of_Bosch_are_understood_in_all_their_units(
        string name, string temperature, string pressure, string humidity, double celsius, double hectopascals, double percent)
    {
        using var tree = Device(0, name, ("in_temp_input", temperature), ("in_pressure_input", pressure), ("in_humidityrelative_input", humidity));

        var observation = await ReadAsync(tree, ("device", name));

        Assert.Null(observation.Failure);
        Assert.Equal(["humidity", "pressure", "temperature"], observation.Values.Select(value => value.Name));
        Assert.Equal(["%", "hPa", "°C"], observation.Values.Select(value => value.Unit));
        Assert.Equal(percent, observation.Values[0].Value.Real, 1e-9);
        Assert.Equal(hectopascals, observation.Values[1].Value.Real, 1e-9);
        Assert.Equal(celsius, observation.Values[2].Value.Real, 1e-9);
    }

    [Fact]
    public async Task The_underflow_of_old_drivers_is_implausible_and_costs_only_the_humidity()
    {
        using var tree = Device(0, "bme280", ("in_temp_input", "21530"), ("in_humidityrelative_input", "4193085"));

        var observation = await ReadAsync(tree, ("device", "bme280"));

        Assert.Equal("temperature", Assert.Single(observation.Values).Name);
        Assert.Equal(SensorFailureKind.Implausible, observation.Failure?.Kind);
    }

    [Theory]
    [InlineData("16384", "0.062500000", 1024.0)]
    [InlineData("16384", "0.125000000", 2048.0)]
    [InlineData("-16384", "0.062500000", -1024.0)]
    public async Task A_raw_channel_is_scaled(string raw, string scale, double millivolts)
    {
        using var tree = Device(3, "ads1115", ("in_voltage0_raw", raw), ("in_voltage0_scale", scale));

        Assert.Equal(new NamedValue("value", Value.Of(millivolts), "mV"), Assert.Single((await ReadAsync(tree, ("device", "ads1115"))).Values));
    }

    [Theory]
    [InlineData("32767")]
    [InlineData("-32768")]
    public async Task The_end_of_the_scale_is_no_value(string raw)
    {
        using var tree = Device(0, "ads1115", ("in_voltage0_raw", raw), ("in_voltage0_scale", "0.0625"));

        Assert.Equal(SensorFailureKind.Implausible, (await ReadAsync(tree, ("device", "ads1115"))).Failure?.Kind);
    }

    [Fact]
    public async Task Offset_comes_before_scale_and_both_may_be_shared_by_a_type()
    {
        using var tree = Device(
            0, "mcp3424", ("in_voltage0_raw", "100"), ("in_voltage1_raw", "200"), ("in_voltage0-voltage1_raw", "-7"), ("in_voltage_scale", "0.5"),
            ("in_voltage1_offset", "10"), ("in_voltage-voltage_scale", "2"), ("in_temp_raw", "300"), ("in_temp_offset", "-100"), ("in_temp_scale", "125"));

        var observation = await ReadAsync(tree, ("device", "mcp3424"));

        Assert.Equal(
            [
                new NamedValue("temperature", Value.Of(25.0), "°C"), new("voltage0", Value.Of(50.0), "mV"), new("voltage0-voltage1", Value.Of(-14.0), "mV"),
                new("voltage1", Value.Of(105.0), "mV"),
            ],
            observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task A_processed_value_goes_before_a_raw_one()
    {
        using var tree = Device(0, "sht4x", ("in_temp_raw", "1"), ("in_temp_scale", "1"), ("in_temp_input", "21400"));

        Assert.Equal(Value.Of(21.4), Assert.Single((await ReadAsync(tree, ("device", "sht4x"))).Values).Value);
    }

    [Fact]
    public async Task Modified_channels_and_unknown_types_keep_their_names()
    {
        using var tree = Device(
            0, "scd4x", ("in_concentration_co2_raw", "800"), ("in_concentration_co2_scale", "0.0001"), ("in_foo2_input", "7"), ("in_accel_x_raw", "10"), ("in_accel_scale", "0.5"));

        Assert.Equal(
            [new NamedValue("accel_x", Value.Of(5.0), "m/s²"), new("concentration_co2", Value.Of(0.08), "%"), new("foo2", Value.Of(7.0))],
            (await ReadAsync(tree, ("device", "scd4x"))).Values.AsEnumerable());
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("temp")]
    public async Task Channels_are_chosen_by_either_name(string channel)
    {
        using var tree = Device(0, "bme280", ("in_temp_input", "21530"), ("in_pressure_input", "96.3"));

        Assert.Equal(new NamedValue("value", Value.Of(21.53), "°C"), Assert.Single((await ReadAsync(tree, ("device", "bme280"), Channels(channel))).Values));
    }

    [Fact]
    public async Task A_channel_that_is_not_there_is_missing_and_those_that_are_are_told()
    {
        using var tree = Device(0, "bme280", ("in_temp_input", "21530"));

        var failure = (await ReadAsync(tree, ("device", "bme280"), Channels("pressure"))).Failure;

        Assert.Equal(SensorFailureKind.Missing, failure?.Kind);
        Assert.Contains("temp", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_is_found_with_its_address_in_the_name_or_by_its_label()
    {
        using var tree = Device(0, "dht11@11", ("in_temp_input", "-5300"));
        tree.With("sys/bus/iio/devices/iio:device5/name", "ads1015\n").With("sys/bus/iio/devices/iio:device5/label", "tank\n")
            .With("sys/bus/iio/devices/iio:device5/in_voltage0_raw", "5\n").With("sys/bus/iio/devices/trigger0/name", "tank\n");

        Assert.Equal(Value.Of(-5.3), (await ReadAsync(tree, ("device", "dht11"))).Values[0].Value);
        Assert.Equal(Value.Of(-5.3), (await ReadAsync(tree, ("device", "dht11@11"))).Values[0].Value);
        Assert.Equal(Value.Of(5.0), (await ReadAsync(tree, ("device", "tank"))).Values[0].Value);
        Assert.Equal(SensorFailureKind.Missing, (await ReadAsync(tree, ("device", "dht22"))).Failure?.Kind);
    }

    [Fact]
    public async Task Two_devices_of_one_name_are_told_apart_by_their_address()
    {
        using var tree = new FixtureTree();
        foreach (var (number, address) in new[] { (0, "1-0076"), (1, "1-0077") })
        {
            tree.With($"sys/devices/i2c-1/{address}/iio:device{number}/name", "bme280\n")
                .With($"sys/devices/i2c-1/{address}/iio:device{number}/in_temp_input", $"2{number}000\n")
                .WithLink($"sys/bus/iio/devices/iio:device{number}", $"../../../devices/i2c-1/{address}/iio:device{number}");
        }

        var ambiguous = await ReadAsync(tree, ("device", "bme280"));
        Assert.Contains("1-0077", ambiguous.Failure?.Message, StringComparison.Ordinal);
        Assert.Equal(Value.Of(21.0), (await ReadAsync(tree, ("device", "bme280"), ("address", "1-0077"))).Values[0].Value);
    }

    [Fact]
    public async Task A_DHT_that_fails_now_and_then_is_asked_again()
    {
        using var tree = Device(0, "dht11@11", ("in_humidityrelative_input", "48200"));
        tree.WithLink(Temperature, FixtureTree.InputOutputError);
        var time = new FakeTimeProvider();
        await using var sensor = Some.Sensor(IioSensor.Kind, Some.Environment(time, tree.Root), ("device", "dht11"));

        var read = sensor.ReadAsync(default).AsTask();
        Assert.False(read.IsCompleted);
        File.Delete(tree.Path(Temperature));
        tree.With(Temperature, "-5300\n");
        time.Advance(TimeSpan.FromSeconds(2.1));

        var observation = await read.WaitAsync(Some.Deadline);
        Assert.Null(observation.Failure);
        Assert.Equal([Value.Of(48.2), Value.Of(-5.3)], observation.Values.Select(value => value.Value));
    }

    [Fact]
    public async Task A_DHT_that_fails_at_the_deadline_tells_what_was_wrong()
    {
        using var tree = Device(0, "dht11", ("in_humidityrelative_input", "48200"));
        tree.WithLink(Temperature, FixtureTree.InputOutputError);
        await using var sensor = Some.Sensor(IioSensor.Kind, Some.Environment(new FakeTimeProvider(), tree.Root), ("device", "dht11"));
        using var deadline = new CancellationTokenSource();

        var read = sensor.ReadAsync(deadline.Token).AsTask();
        await deadline.CancelAsync();

        Assert.Equal(SensorFailureKind.Io, (await read.WaitAsync(Some.Deadline)).Failure?.Kind);
    }

    [Fact]
    public async Task An_error_of_the_bus_is_a_failure_at_once_for_the_others()
    {
        using var tree = Device(0, "bme280");
        tree.WithLink(Temperature, FixtureTree.InputOutputError);

        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(tree, ("device", "bme280"))).Failure?.Kind);
    }

    [Theory]
    [InlineData("", "format")]
    [InlineData("rubbish", "format")]
    [InlineData("NaN", "format")]
    [InlineData("90000", "implausible")]
    public async Task Rubbish_is_a_failure(string content, string kind)
    {
        using var tree = Device(0, "bmp280", ("in_temp_input", content));

        Assert.Equal(kind, (await ReadAsync(tree, ("device", "bmp280"))).Failure?.Kind.Text());
    }

    private static (string Name, object Value) Channels(params string[] channels) => ("channels", channels.ToImmutableArray());

    private static FixtureTree Device(int number, string name, params (string File, string Content)[] files)
    {
        var tree = new FixtureTree().With($"sys/bus/iio/devices/iio:device{number}/name", name + "\n");
        foreach (var (file, content) in files)
        {
            tree.With($"sys/bus/iio/devices/iio:device{number}/{file}", content + "\n");
        }

        return tree;
    }

    private static Task<Observation> ReadAsync(FixtureTree tree, params (string Name, object Value)[] settings) =>
        Some.ReadAsync(IioSensor.Kind, Some.Environment(root: tree.Root), settings);
}
