using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Hosting.Measuring;

public sealed class HistorySeriesTests
{
    private readonly SetBootClock _clock = new() { Now = 1_000 };
    private readonly DeliveryFigures _delivery;
    private readonly HistorySeries _series = new(TimeSpan.FromSeconds(60), capacity: 3);
    private readonly Totals _totals = new();
    private long _accepted;

    public HistorySeriesTests() => _delivery = new(_clock);

    [Fact]
    public void A_step_holds_what_happened_within_it_and_the_deepest_queue()
    {
        Look(0, depth: 5);
        _delivery.BeginConnection();
        Look(30, depth: 90);
        _delivery.Times.Record(TimeSpan.FromMilliseconds(20));
        _delivery.EndConnection();
        Look(30, depth: 10, accepted: 7, acknowledged: 4);

        Assert.Equal(1, _series.Count);
        var point = _series[0];
        Assert.Equal((true, 90, 7, 4, 0.5f), (point.IsKnown, point.Depth, point.Accepted, point.Delivered, point.Connected));
        Assert.InRange(point.Median, 18, 22);
    }

    [Fact]
    public void Where_nothing_was_acknowledged_there_is_no_time()
    {
        Look(0);
        Look(60);

        Assert.True(float.IsNaN(_series[0].Median));
        Assert.True(float.IsNaN(_series[0].Tail));
    }

    [Fact]
    public void Only_the_newest_steps_are_kept()
    {
        Look(0);
        for (var step = 1; step <= 5; step++)
        {
            Look(60, accepted: step);
        }

        Assert.Equal([3L, 4, 5], Enumerable.Range(0, _series.Count).Select(i => _series[i].Accepted));
        Assert.Equal(1_000 + (5 * 60_000), _series.End);
    }

    [Fact]
    public void A_machine_that_slept_leaves_steps_that_nobody_knows()
    {
        Look(0);
        Look(60, accepted: 1);
        Look(120, accepted: 2);

        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(i => _series[i].IsKnown));
        Assert.Equal(1_000 + (3 * 60_000), _series.End);
    }

    [Fact]
    public void A_timer_that_comes_a_little_early_or_late_does_not_shift_the_steps()
    {
        Look(0);
        Look(59.95, accepted: 1);
        Look(60.4, accepted: 2);

        Assert.Equal([1L, 2], Enumerable.Range(0, _series.Count).Select(i => _series[i].Accepted));
        Assert.Equal(1_000 + (2 * 60_000), _series.End);
    }

    [Fact]
    public void A_look_allocates_nothing()
    {
        Look(0);
        Look(60);
        _clock.Now += 60_000;
        _totals.Read(_clock.Now, Snapshot(0, 0), _delivery);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _series.Take(_totals);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Looks after so many seconds, at figures that have grown by so much.</summary>
    private void Look(double seconds, long depth = 0, long accepted = 0, long acknowledged = 0)
    {
        _clock.Now += (long)(seconds * 1000);
        _accepted += accepted;
        _totals.Read(_clock.Now, Snapshot(depth, acknowledged), _delivery);
        _series.Take(_totals);
    }

    private QueueSnapshot Snapshot(long depth, long acknowledged) => Snapshots.Of(depth, accepted: _accepted, acknowledged: acknowledged);
}
