using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class Ds18b20SensorTests
{
    private const string Good = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n";
    private const string Cold = "5e ff 4b 46 7f ff 02 10 b6 : crc=b6 YES\n5e ff 4b 46 7f ff 02 10 b6 t=-10125\n";
    private const string PowerOn = "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n";
    private const string Genuine85 = "50 05 4b 46 7f ff 00 10 51 : crc=51 YES\n50 05 4b 46 7f ff 00 10 51 t=85000\n";
    private const string NoPower = "ff 07 4b 46 7f ff 0c 10 a6 : crc=a6 YES\nff 07 4b 46 7f ff 0c 10 a6 t=127937\n";
    private const string Shorted = "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n";
    private const string Unplugged = "ff ff ff ff ff ff ff ff ff : crc=c9 NO\n72 01 4b 46 7f ff 0e 10 57 t=-62\n";
    private const string Disturbed = "72 01 4b 46 7f ff 0e 10 00 : crc=57 NO\n72 01 4b 46 7f ff 0e 10 57 t=23125\n";
    private const string Zero = "00 00 4b 46 7f ff 10 10 69 : crc=69 YES\n00 00 4b 46 7f ff 10 10 69 t=0\n";
    private const string Hot = "44 26 17 18 f0 ff ff ff b6 : crc=b6 YES\n44 26 17 18 f0 ff ff ff b6 t=612250\n";
    private const string Hot85 = "50 05 17 18 f0 ff ff ff 5f : crc=5f YES\n50 05 17 18 f0 ff ff ff 5f t=85000\n";
    private const string Open = "fd 7f 11 18 f0 ff ff ff f3 : crc=f3 YES\nfd 7f 11 18 f0 ff ff ff f3 t=2047750\n";
    private const string OpenInRange = "45 06 11 18 f0 ff ff ff a8 : crc=a8 YES\n45 06 11 18 f0 ff ff ff a8 t=100250\n";
    private const string NoCause = "45 06 10 18 f0 ff ff ff 9f : crc=9f YES\n45 06 10 18 f0 ff ff ff 9f t=100250\n";
    private const string Probe = "28-000006c5aefc";
    private const string Thermocouple = "3b-0000001921e8";

    [Theory]
    [InlineData("23125\n", 23.125)]
    [InlineData("-10125\n", -10.125)]
    [InlineData("125000\n", 125)]
    [InlineData("-55000\n", -55)]
    [InlineData("84999\n", 84.999)]
    public async Task The_temperature_file_is_in_thousandths(string content, double expected) =>
        AssertIs(expected, await ReadAsync(temperature: content));

    [Theory]
    [InlineData(Good, 23.125)]
    [InlineData(Cold, -10.125)]
    [InlineData(Genuine85, 85)]
    [InlineData(Zero, 0)]
    public async Task Old_kernels_have_the_scratchpad(string content, double expected) =>
        AssertIs(expected, await ReadAsync(scratchpad: content));

    [Theory]
    [InlineData(PowerOn, "power_on")]
    [InlineData(NoPower, "io")]
    [InlineData(Shorted, "io")]
    [InlineData(Unplugged, "missing")]
    [InlineData(Disturbed, "crc")]
    [InlineData("", "crc")]
    [InlineData("72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n", "crc")]
    [InlineData("72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=", "format")]
    [InlineData("rubbish \0\u0001\n and more\n", "crc")]
    public async Task A_bad_scratchpad_is_a_failure_and_never_a_value(string content, string kind) =>
        AssertFails(kind, await ReadAsync(scratchpad: content));

    [Theory]
    [InlineData("", "crc")]
    [InlineData("85000\n", "power_on")]
    [InlineData("127937\n", "io")]
    [InlineData("125001\n", "implausible")]
    [InlineData("-55001\n", "implausible")]
    [InlineData("23.1\n", "format")]
    public async Task A_bad_temperature_is_a_failure_and_never_a_value(string content, string kind) =>
        AssertFails(kind, await ReadAsync(temperature: content));

    [Fact]
    public async Task A_genuine_85_degrees_is_told_from_power_on_by_the_scratchpad()
    {
        AssertIs(85, await ReadAsync(temperature: "85000\n", scratchpad: Genuine85));
        AssertFails("power_on", await ReadAsync(temperature: "85000\n", scratchpad: PowerOn));
    }

    [Theory]
    [InlineData("612250\n", null, 612.25)]
    [InlineData("-195000\n", null, -195)]
    [InlineData(null, Hot, 612.25)]
    [InlineData("612250\n", Hot, 612.25)]
    [InlineData("85000\n", Hot85, 85)]
    [InlineData("100250\n", NoCause, 100.25)]
    public async Task A_thermocouple_goes_far_beyond_a_thermometer(string? temperature, string? scratchpad, double expected) =>
        AssertIs(expected, await ReadAsync(temperature, scratchpad, Thermocouple));

    [Theory]
    [InlineData("2047750\n", null, "implausible")]
    [InlineData("-270250\n", null, "implausible")]
    [InlineData("2047750\n", Open, "io")]
    [InlineData("100250\n", OpenInRange, "io")]
    [InlineData("85000\n", PowerOn, "power_on")]
    public async Task A_thermocouple_that_is_broken_has_no_value(string? temperature, string? scratchpad, string kind) =>
        AssertFails(kind, await ReadAsync(temperature, scratchpad, Thermocouple));

    [Fact]
    public async Task A_genuine_0_degrees_is_told_from_a_shorted_bus_by_the_scratchpad()
    {
        AssertIs(0, await ReadAsync(temperature: "0\n", scratchpad: Zero));
        AssertFails("io", await ReadAsync(temperature: "0\n", scratchpad: Shorted));
    }

    [Fact]
    public async Task A_probe_that_is_pulled_out_is_missing_and_comes_back()
    {
        using var tree = new FixtureTree();
        await using var sensor = Some.Sensor(Ds18b20Sensor.Kind, Some.Environment(root: tree.Root), ("device", Probe));
        AssertFails("missing", await sensor.ReadAsync(default));

        tree.With($"sys/devices/w1_bus_master1/{Probe}/temperature", "20000\n")
            .WithLink($"sys/bus/w1/devices/{Probe}", $"../../../devices/w1_bus_master1/{Probe}");
        AssertIs(20, await sensor.ReadAsync(default));

        Directory.Delete(tree.Path($"sys/devices/w1_bus_master1/{Probe}"), recursive: true);
        AssertFails("missing", await sensor.ReadAsync(default));
    }

    [Fact]
    public async Task All_probes_are_found_and_a_bad_one_does_not_hide_the_others()
    {
        using var tree = new FixtureTree();
        tree.With("sys/bus/w1/devices/w1_bus_master1/w1_master_name", "w1_bus_master1\n")
            .With($"sys/bus/w1/devices/{Probe}/temperature", "23125\n")
            .With("sys/bus/w1/devices/10-000801b5a7a6/temperature", "-500\n")
            .With("sys/bus/w1/devices/3b-0000001921e8/temperature", "")
            .With("sys/bus/w1/devices/29-000000012345/output", "no thermometer");

        var observation = await Some.ReadAsync(Ds18b20Sensor.Kind, Some.Environment(root: tree.Root), ("device", "all"));

        Assert.Equal(
            [new NamedValue("10-000801b5a7a6", Value.Of(-0.5), "°C"), new(Probe, Value.Of(23.125), "°C")], observation.Values.AsEnumerable());
        Assert.Equal(SensorFailureKind.Crc, observation.Failure?.Kind);
        Assert.Contains("3b-0000001921e8", observation.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_no_probes_is_missing() =>
        AssertFails("missing", await Some.ReadAsync(Ds18b20Sensor.Kind, Some.Environment(), ("device", "all")));

    private static void AssertIs(double expected, Observation observation)
    {
        Assert.Null(observation.Failure);
        Assert.Equal(new NamedValue("value", Value.Of(expected), "°C"), Assert.Single(observation.Values));
    }

    private static void AssertFails(string kind, Observation observation)
    {
        Assert.Empty(observation.Values);
        Assert.Equal(kind, observation.Failure?.Kind.Text());
    }

    private static async Task<Observation> ReadAsync(string? temperature = null, string? scratchpad = null, string probe = Probe)
    {
        using var tree = new FixtureTree();
        if (temperature is not null)
        {
            tree.With($"sys/bus/w1/devices/{probe}/temperature", temperature);
        }

        if (scratchpad is not null)
        {
            tree.With($"sys/bus/w1/devices/{probe}/w1_slave", scratchpad);
        }

        return await Some.ReadAsync(Ds18b20Sensor.Kind, Some.Environment(root: tree.Root), ("device", probe));
    }
}
