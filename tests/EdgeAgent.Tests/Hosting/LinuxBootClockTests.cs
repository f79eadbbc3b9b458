using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Tests.Hosting;

public sealed class LinuxBootClockTests
{
    [Fact]
    public void It_agrees_with_the_kernels_uptime()
    {
        var clock = new LinuxBootClock(TimeProvider.System, trustRtc: false);
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);

        Assert.InRange(clock.Milliseconds / 1000.0, uptime - 30, uptime + 30);
    }

    [Fact]
    public void Boot_time_and_offset_together_are_the_wall_time()
    {
        var clock = new LinuxBootClock(TimeProvider.System, trustRtc: false);

        var wall = clock.WallTime(clock.Milliseconds);

        Assert.InRange(wall - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), -30_000, 30_000);
    }

    [Fact]
    public void It_names_the_boot() =>
        Assert.True(Guid.TryParse(new LinuxBootClock(TimeProvider.System, trustRtc: false).BootId, out _));

    [Fact]
    public void A_trusted_hardware_clock_is_synchronised_from_the_start() =>
        Assert.True(new LinuxBootClock(TimeProvider.System, trustRtc: true, "/nowhere").IsSynchronized);

    [Fact]
    public void Once_synchronised_it_stays_so_within_the_boot()
    {
        var stamp = Path.GetTempFileName();
        var clock = new LinuxBootClock(TimeProvider.System, trustRtc: false, stamp);
        Assert.True(clock.IsSynchronized);

        File.Delete(stamp);

        Assert.True(clock.IsSynchronized);
    }
}
