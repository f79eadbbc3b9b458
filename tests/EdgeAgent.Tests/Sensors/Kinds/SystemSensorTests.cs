using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class SystemSensorTests
{
    private const string Wireless =
        """
        Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
         face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
         wlan0: 0000   60.  -50.  -256        0      0      0   1525      0        0

        """;

    [Fact]
    public async Task A_Raspberry_Pi_tells_all_that_it_has()
    {
        using var tree = Pi();

        var values = await ReadAsync(tree);

        Assert.Equal(Value.Of(48.312), values["cpu_temperature"]);
        Assert.Equal(Value.Of(0.52), values["load_1"]);
        Assert.Equal(Value.Of(0.59), values["load_15"]);
        Assert.Equal(Value.Of(75.0), values["memory_used"]);
        Assert.Equal(Value.Of(1000.0), values["memory_available"]);
        Assert.Equal(Value.Of(350735), values["uptime"]);
        Assert.Equal(Value.Of(0.23), values["io_pressure"]);
        Assert.Equal(Value.Of(-50.0), values["wifi_signal"]);
        Assert.Equal(Value.Of(60.0), values["wifi_quality"]);
        Assert.Equal(Value.Of(true), values["under_voltage"]);
        Assert.Equal(Value.Of(true), values["throttled"]);
        Assert.Equal(Value.Of(false), values["frequency_capped"]);
        Assert.Equal(Value.Of(true), values["under_voltage_since_boot"]);
        Assert.Equal(Value.Of(true), values["throttled_since_boot"]);
        Assert.Equal(Value.Of(20), values["emmc_life_used"]);
        Assert.Equal(Value.Of("normal"), values["emmc_reserve"]);
        Assert.Equal(Value.Of(true), values["disk_read_only"]);
    }

    [Theory]
    [InlineData(" wlan1: 0000   44.  -75.  -256.       0      0      0      0      0        0", "wifi_quality=44 wifi_signal=-75")]
    [InlineData(" wlan1: 0000   44   60    0           0      0      0      0      0        0", "wifi_quality=44")]
    [InlineData("", "")]
    public async Task An_interface_without_a_network_has_no_signal(string next, string expected)
    {
        // What the kernel writes for one that is not associated (net/wireless/wext-proc.c, nullstats).
        using var tree = new FixtureTree().With("proc/net/wireless", Wireless.Split(" wlan0")[0] + " wlan0: 0000    0     0     0        0      0      0      0      0        0\n" + next + "\n");

        var values = (await ReadAsync(tree)).Where(value => value.Key.StartsWith("wifi", StringComparison.Ordinal)).OrderBy(value => value.Key, StringComparer.Ordinal);

        Assert.Equal(expected, string.Join(' ', values.Select(value => FormattableString.Invariant($"{value.Key}={value.Value.Real}"))));
    }

    [Fact]
    public async Task The_mounts_of_a_machine_with_many_are_read_to_the_end()
    {
        using var tree = new FixtureTree();
        var layers = string.Concat(Enumerable.Range(0, 2000).Select(i => $"overlay /var/lib/docker/overlay2/{i:x64}/merged overlay rw,relatime 0 0\n"));
        tree.With("proc/self/mounts", $"/dev/root / ext4 rw,noatime 0 0\n{layers}/dev/root / ext4 ro,noatime 0 0\n");

        Assert.Equal(Value.Of(true), (await ReadAsync(tree))["disk_read_only"]);
    }

    [Fact]
    public async Task What_a_machine_does_not_have_is_left_out()
    {
        using var tree = new FixtureTree();
        tree.With("proc/uptime", "12.5 40.0\n");

        var values = await ReadAsync(tree);

        Assert.Equal(["disk_free", "disk_used", "uptime"], values.Keys.Order());
    }

    [Fact]
    public async Task The_hottest_zone_of_something_else_is_not_the_processor()
    {
        using var tree = new FixtureTree();
        tree.With("sys/class/thermal/thermal_zone0/type", "battery\n").With("sys/class/thermal/thermal_zone0/temp", "99000\n")
            .With("sys/class/thermal/thermal_zone1/type", "soc-thermal\n").With("sys/class/thermal/thermal_zone1/temp", "51000\n");

        Assert.Equal(Value.Of(51.0), (await ReadAsync(tree))["cpu_temperature"]);
    }

    [Fact]
    public async Task A_chip_gives_the_temperature_where_no_zone_does()
    {
        using var tree = new FixtureTree();
        tree.With("sys/class/hwmon/hwmon0/name", "nvme\n").With("sys/class/hwmon/hwmon0/temp1_input", "30000\n")
            .With("sys/class/hwmon/hwmon3/name", "k10temp\n").With("sys/class/hwmon/hwmon3/temp1_input", "-2500\n");

        Assert.Equal(Value.Of(-2.5), (await ReadAsync(tree))["cpu_temperature"]);
    }

    [Fact]
    public async Task A_disk_that_is_not_there_is_a_failure_beside_the_other_values()
    {
        using var tree = Pi();

        var observation = await Some.ReadAsync(SystemSensor.Kind, Some.Environment(root: tree.Root), ("disk", "/no/such/disk"));

        Assert.Equal(SensorFailureKind.Missing, observation.Failure?.Kind);
        Assert.Contains(observation.Values, value => value.Name == "load_1");
    }

    [Fact]
    public async Task This_host_is_read()
    {
        var observation = await Some.ReadAsync(
            SystemSensor.Kind, Some.Environment() with { SysRoot = "/sys", ProcRoot = "/proc", AgentValues = () => [new("queued", Value.Of(7))] });

        Assert.Null(observation.Failure);
        string[] expected = ["load_1", "memory_used", "disk_used", "uptime", "agent_memory", "agent_files", "queued"];
        Assert.Empty(expected.Except(observation.Values.Select(value => value.Name)));
    }

    private static FixtureTree Pi() => new FixtureTree()
        .With("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n").With("sys/class/thermal/thermal_zone0/temp", "48312\n")
        .With("sys/class/hwmon/hwmon1/name", "rpi_volt\n").With("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
        .With("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n")
        .With("sys/class/block/mmcblk0/device/life_time", "0x01 0x02\n").With("sys/class/block/mmcblk0/device/pre_eol_info", "0x01\n")
        .With("proc/loadavg", "0.52 0.58 0.59 1/389 12345\n")
        .With("proc/meminfo", "MemTotal:        4096000 kB\nMemFree:          100000 kB\nMemAvailable:    1024000 kB\n")
        .With("proc/uptime", "350735.47 234388.90\n")
        .With("proc/pressure/io", "some avg10=0.23 avg60=0.10 avg300=0.05 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")
        .With("proc/net/wireless", Wireless)
        .With("proc/self/mounts", "/dev/root / ext4 rw,noatime 0 0\n/dev/root / ext4 ro,noatime 0 0\n/dev/sda1 /data ext4 rw 0 0\n");

    private static async Task<Dictionary<string, Value>> ReadAsync(FixtureTree tree)
    {
        var observation = await Some.ReadAsync(SystemSensor.Kind, Some.Environment(root: tree.Root));
        Assert.Null(observation.Failure);
        return observation.Values.ToDictionary(value => value.Name, value => value.Value);
    }
}
