using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class HwmonSensorTests
{
    [Fact]
    public async Task A_chip_is_found_by_name_and_gives_all_its_inputs()
    {
        using var tree = Tree();

        var observation = await ReadAsync(tree, ("chip", "sht3x"));

        Assert.Null(observation.Failure);
        Assert.Equal(
            [new NamedValue("humidity1", Value.Of(45.12), "%"), new("temp1", Value.Of(21.89), "°C")], observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task Each_type_has_its_unit_and_labels_are_names()
    {
        using var tree = Tree();

        var observation = await ReadAsync(tree, ("chip", "ina219"));

        Assert.Equal(
            [
                new NamedValue("curr1", Value.Of(0.25), "A"), new("fan1", Value.Of(1200), "rpm"), new("bus_voltage", Value.Of(12.056), "V"),
                new("power1", Value.Of(3.014), "W"),
            ],
            observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task One_input_is_the_value()
    {
        using var tree = Tree();

        Assert.Equal(new NamedValue("value", Value.Of(0.25), "A"), Assert.Single((await ReadAsync(tree, ("chip", "ina219"), ("input", "curr1"))).Values));
        Assert.Equal(new NamedValue("value", Value.Of(12.056), "V"), Assert.Single((await ReadAsync(tree, ("chip", "ina219"), ("label", "Bus voltage"))).Values));
        Assert.Equal(new NamedValue("value", Value.Of(true)), Assert.Single((await ReadAsync(tree, ("chip", "rpi_volt"), ("input", "in0_lcrit_alarm"))).Values));
    }

    [Fact]
    public async Task Two_chips_of_one_name_are_told_apart_by_their_device()
    {
        using var tree = Tree();
        tree.With("sys/class/hwmon/hwmon7/name", "sht3x\n").With("sys/class/hwmon/hwmon7/temp1_input", "-5000\n")
            .WithLink("sys/class/hwmon/hwmon7/device", "../../../devices/i2c-1/1-0045");

        var ambiguous = await ReadAsync(tree, ("chip", "sht3x"));
        Assert.Equal(SensorFailureKind.Missing, ambiguous.Failure?.Kind);
        Assert.Contains("1-0045", ambiguous.Failure!.Message, StringComparison.Ordinal);

        Assert.Equal(new NamedValue("temp1", Value.Of(-5.0), "°C"), Assert.Single((await ReadAsync(tree, ("chip", "sht3x"), ("device", "1-0045"))).Values));
    }

    [Fact]
    public async Task Attributes_may_be_in_the_device_folder()
    {
        using var tree = new FixtureTree();
        tree.With("sys/class/hwmon/hwmon0/device/name", "lm75\n").With("sys/class/hwmon/hwmon0/device/temp1_input", "18500\n");

        Assert.Equal(Value.Of(18.5), Assert.Single((await ReadAsync(tree, ("chip", "lm75"))).Values).Value);
    }

    [Theory]
    [InlineData("", "format")]
    [InlineData("abc", "format")]
    public async Task Rubbish_is_a_failure(string content, string kind)
    {
        using var tree = new FixtureTree();
        tree.With("sys/class/hwmon/hwmon0/name", "lm75\n").With("sys/class/hwmon/hwmon0/temp1_input", content);

        Assert.Equal(kind, (await ReadAsync(tree, ("chip", "lm75"))).Failure?.Kind.Text());
    }

    [Fact]
    public async Task A_fault_that_the_chip_reports_is_a_failure_of_that_input_only()
    {
        using var tree = Tree();
        tree.With("sys/class/hwmon/hwmon2/temp1_fault", "1\n");

        var observation = await ReadAsync(tree, ("chip", "sht3x"));

        Assert.Equal("humidity1", Assert.Single(observation.Values).Name);
        Assert.Equal(SensorFailureKind.Io, observation.Failure?.Kind);
    }

    [Fact]
    public async Task Of_two_inputs_with_one_label_the_second_never_takes_the_name_of_the_first()
    {
        using var tree = new FixtureTree();
        tree.With("sys/class/hwmon/hwmon0/name", "dell_smm\n")
            .With("sys/class/hwmon/hwmon0/temp1_label", "SODIMM\n").With("sys/class/hwmon/hwmon0/temp1_input", "51000\n")
            .With("sys/class/hwmon/hwmon0/temp2_label", "SODIMM\n").With("sys/class/hwmon/hwmon0/temp2_input", "42000\n");
        Assert.Equal(["sodimm", "temp2"], (await ReadAsync(tree, ("chip", "dell_smm"))).Values.Select(value => value.Name));

        tree.With("sys/class/hwmon/hwmon0/temp1_fault", "1\n");

        Assert.Equal(new NamedValue("temp2", Value.Of(42.0), "°C"), Assert.Single((await ReadAsync(tree, ("chip", "dell_smm"))).Values));
    }

    [Fact]
    public async Task What_is_not_there_is_missing_and_what_is_there_is_told()
    {
        using var tree = Tree();

        var failure = (await ReadAsync(tree, ("chip", "sht4x"))).Failure;

        Assert.Equal(SensorFailureKind.Missing, failure?.Kind);
        Assert.Contains("cpu_thermal", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(SensorFailureKind.Missing, (await ReadAsync(tree, ("chip", "sht3x"), ("input", "temp9"))).Failure?.Kind);
        Assert.Equal(SensorFailureKind.Missing, (await ReadAsync(tree, ("chip", "sht3x"), ("label", "none"))).Failure?.Kind);
    }

    private static FixtureTree Tree() => new FixtureTree()
        .With("sys/class/hwmon/hwmon0/name", "cpu_thermal\n").With("sys/class/hwmon/hwmon0/temp1_input", "48312\n")
        .With("sys/class/hwmon/hwmon1/name", "rpi_volt\n").With("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
        .With("sys/class/hwmon/hwmon2/name", "sht3x\n").With("sys/class/hwmon/hwmon2/temp1_input", "21890\n")
        .With("sys/class/hwmon/hwmon2/humidity1_input", "45120\n").WithLink("sys/class/hwmon/hwmon2/device", "../../../devices/i2c-1/1-0044")
        .With("sys/class/hwmon/hwmon3/name", "ina219\n").With("sys/class/hwmon/hwmon3/in1_input", "12056\n")
        .With("sys/class/hwmon/hwmon3/in1_label", "Bus voltage\n").With("sys/class/hwmon/hwmon3/curr1_input", "250\n")
        .With("sys/class/hwmon/hwmon3/power1_input", "3014000\n").With("sys/class/hwmon/hwmon3/fan1_input", "1200\n");

    private static Task<Observation> ReadAsync(FixtureTree tree, params (string Name, object Value)[] settings) =>
        Some.ReadAsync(HwmonSensor.Kind, Some.Environment(root: tree.Root), settings);
}
