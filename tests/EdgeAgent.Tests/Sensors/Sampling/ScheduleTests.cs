using EdgeAgent.Sensors.Sampling;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Sensors.Sampling;

public sealed class ScheduleTests
{
    [Fact]
    public void Turns_are_counted_from_the_start_so_that_no_delay_adds_up()
    {
        var schedule = new Schedule(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), schedule.Due(0));
        Assert.Equal(TimeSpan.FromSeconds(1 + (10 * 8640)), schedule.Due(8640));
    }

    [Theory]
    [InlineData(0, 1.5, 1)]
    [InlineData(0, 11, 1)]
    [InlineData(0, 11.001, 2)]
    [InlineData(0, 95, 10)]
    [InlineData(7, 0, 8)]
    public void The_turn_after_is_the_first_that_has_not_gone_by(long turn, double nowSeconds, long expected)
    {
        var schedule = new Schedule(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        Assert.Equal(expected, schedule.After(turn, TimeSpan.FromSeconds(nowSeconds)));
    }

    [Property]
    public bool The_turn_after_is_never_in_the_past_and_never_the_same(ushort turn, uint nowMilliseconds, ushort interval, ushort offset)
    {
        var schedule = new Schedule(TimeSpan.FromMilliseconds(interval + 50), TimeSpan.FromMilliseconds(offset));
        var now = TimeSpan.FromMilliseconds(nowMilliseconds);

        var next = schedule.After(turn, now);

        return next > turn && schedule.Due(next) >= now && (next == turn + 1 || schedule.Due(next - 1) < now);
    }

    [Fact]
    public void An_id_has_the_same_offset_at_every_start()
    {
        // A fixed number: it must not depend on this process's random hash seed.
        Assert.Equal(TimeSpan.FromMilliseconds(493), Schedule.OffsetOf("boiler_flow", TimeSpan.FromSeconds(10)));
    }

    [Property]
    public bool An_offset_is_within_the_interval_and_a_second(string? id, ushort interval)
    {
        var offset = Schedule.OffsetOf(id ?? string.Empty, TimeSpan.FromMilliseconds(interval + 50));

        return offset >= TimeSpan.Zero && offset < TimeSpan.FromMilliseconds(Math.Min(interval + 50, 1000));
    }

    [Fact]
    public void Many_sensors_are_spread_over_the_second()
    {
        var offsets = Enumerable.Range(0, 100).Select(i => Schedule.OffsetOf($"sensor_{i}", TimeSpan.FromMinutes(1)));

        Assert.True(offsets.Select(offset => (int)offset.TotalMilliseconds / 100).Distinct().Count() == 10);
    }

    [Theory]
    [InlineData(1_795_000_000_000, 60, 20_000)]
    [InlineData(1_795_000_020_000, 60, 0)]
    [InlineData(1_795_000_040_000, 60, 40_000)]
    [InlineData(1_795_000_020_001, 60, 59_999)]
    public void An_aligned_schedule_starts_on_a_whole_multiple_of_the_wall_clock(long wall, int intervalSeconds, int expected) =>
        Assert.Equal(expected, Schedule.OffsetToWall(wall, TimeSpan.FromSeconds(intervalSeconds)).TotalMilliseconds);
}
