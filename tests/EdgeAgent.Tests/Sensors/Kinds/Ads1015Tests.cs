using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

/// <summary>ADS1015 and ADS1115, which the kernel's driver calls by one name (drivers/iio/adc/ti-ads1015.c).</summary>
public sealed class Ads1015Tests
{
    private const string Folder = "sys/bus/iio/devices/iio:device0/";
    private const string Scales12 = "3 2 1 0.5 0.25 0.125";
    private const string Scales16 = "0.187500000 0.125000000 0.062500000 0.031250000 0.015625000 0.007812500";

    [Theory]
    [InlineData("ads1015")]
    [InlineData("ads1115")]
    public async Task An_ADS1115_is_found_by_the_name_of_its_driver_and_by_its_own(string device)
    {
        using var tree = Device("8000", "0.125000000", Scales16);

        Assert.Equal(new NamedValue("value", Value.Of(1000.0), "mV"), Assert.Single((await ReadAsync(tree, device)).Values));
    }

    [Fact]
    public async Task An_ADS1015_is_no_ADS1115()
    {
        using var tree = Device("800", "0.125000000", Scales12);

        Assert.Equal(Value.Of(100.0), Assert.Single((await ReadAsync(tree, "ads1015")).Values).Value);
        Assert.Equal(SensorFailureKind.Missing, (await ReadAsync(tree, "ads1115")).Failure?.Kind);
    }

    [Theory]
    [InlineData(Scales12, "0.125", "2047", true)]
    [InlineData(Scales12, "3", "-2048", true)]
    [InlineData(Scales12, "3", "2046", false)]
    [InlineData(Scales16, "0.125", "32767", true)]
    [InlineData(Scales16, "0.125", "-32768", true)]
    [InlineData(Scales16, "0.125", "-32767", true)]
    [InlineData(Scales16, "0.125", "2047", false)]
    [InlineData(null, "0.1875", "2047", false)]
    [InlineData(null, "0.1875", "32767", true)]
    [InlineData(null, "1", "2047", true)]
    [InlineData("rubbish", "1", "2047", true)]
    public async Task The_end_of_the_scale_is_that_of_its_bits(string? scales, string scale, string raw, bool isAtEnd)
    {
        using var tree = Device(raw, scale, scales);

        var observation = await ReadAsync(tree, "ads1015");

        Assert.Equal(isAtEnd ? SensorFailureKind.Implausible : null, observation.Failure?.Kind);
        Assert.Equal(isAtEnd, observation.Values.IsEmpty);
    }

    [Fact]
    public async Task Two_of_them_are_told_apart_by_their_address()
    {
        using var tree = new FixtureTree();
        foreach (var (number, address) in new[] { (0, "1-0048"), (1, "1-0049") })
        {
            tree.With($"sys/devices/i2c-1/{address}/iio:device{number}/name", "ads1015\n")
                .With($"sys/devices/i2c-1/{address}/iio:device{number}/scale_available", Scales16)
                .With($"sys/devices/i2c-1/{address}/iio:device{number}/in_voltage0_raw", $"{number}000\n")
                .WithLink($"sys/bus/iio/devices/iio:device{number}", $"../../../devices/i2c-1/{address}/iio:device{number}");
        }

        Assert.Contains("1-0049", (await ReadAsync(tree, "ads1115")).Failure?.Message, StringComparison.Ordinal);
        Assert.Equal(Value.Of(1000.0), (await ReadAsync(tree, "ads1115", ("address", "1-0049"))).Values[0].Value);
    }

    private static FixtureTree Device(string raw, string scale, string? scales)
    {
        var tree = new FixtureTree().With(Folder + "name", "ads1015\n").With(Folder + "in_voltage0_raw", raw + "\n").With(Folder + "in_voltage0_scale", scale + "\n");
        return scales is null ? tree : tree.With(Folder + "scale_available", scales + "\n");
    }

    private static Task<Observation> ReadAsync(FixtureTree tree, string device, params (string Name, object Value)[] settings) =>
        Some.ReadAsync(IioSensor.Kind, Some.Environment(root: tree.Root), [("device", device), .. settings]);
}
