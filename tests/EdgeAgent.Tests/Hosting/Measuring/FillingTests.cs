using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Hosting.Measuring;

public sealed class FillingTests
{
    private const long Mebibyte = 1 << 20;

    private readonly SetBootClock _clock = new() { Now = 0 };
    private readonly DeliveryFigures _delivery;
    private readonly HistorySeries _recent = new(TimeSpan.FromSeconds(5), 180);
    private readonly Totals _totals = new();
    private long _accepted;
    private long _acknowledged;

    public FillingTests() => _delivery = new(_clock);

    [Fact]
    public void A_queue_that_grows_by_ten_messages_a_second_of_hundred_bytes_fills_86_megabytes_a_day()
    {
        var queue = Snapshots.Of(depth: 10_000, bytesOnDisk: 1_000_000);

        Assert.Equal(1.21, Filling.DaysUntilFull(queue, 100 * Mebibyte, growth: 10, plannedBytes: 26));
    }

    [Fact]
    public void A_queue_too_small_to_measure_is_reckoned_by_the_plan()
    {
        var queue = Snapshots.Of(depth: 10, bytesOnDisk: 60_000);

        Assert.Equal(4.67, Filling.DaysUntilFull(queue, 100 * Mebibyte, growth: 10, plannedBytes: 26));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_queue_that_does_not_grow_is_never_full(double growth) =>
        Assert.Null(Filling.DaysUntilFull(Snapshots.Of(depth: 5_000, bytesOnDisk: 1_000_000), Mebibyte, growth, 26));

    [Fact]
    public void Without_room_it_is_full_now() =>
        Assert.Equal(0, Filling.DaysUntilFull(Snapshots.Of(depth: 5_000, bytesOnDisk: 1_000_000), -1, 10, 26));

    [Fact]
    public void During_an_outage_only_the_outage_counts()
    {
        _delivery.BeginConnection();
        Run(steps: 100, accepted: 20, acknowledged: 20);
        _delivery.EndConnection();
        Run(steps: 12, accepted: 20, acknowledged: 0);

        Assert.Equal(4, Filling.Growth(_recent));
    }

    [Fact]
    public void While_all_is_delivered_nothing_grows()
    {
        _delivery.BeginConnection();
        Run(steps: 100, accepted: 20, acknowledged: 20);

        Assert.Equal(0, Filling.Growth(_recent));
    }

    [Fact]
    public void What_is_given_up_does_not_fill_the_queue()
    {
        for (var step = 0; step < 20; step++)
        {
            _totals.Read(_clock.Now += 5_000, Snapshots.Of(depth: 1, accepted: step * 10), _delivery);
            _recent.Take(_totals);
        }

        Assert.Equal(0, Filling.Growth(_recent));
    }

    [Fact]
    public void A_few_seconds_are_no_trend()
    {
        Run(steps: 6, accepted: 20, acknowledged: 0);

        Assert.Equal(0, Filling.Growth(_recent));
    }

    private void Run(int steps, long accepted, long acknowledged)
    {
        for (var step = 0; step < steps; step++)
        {
            _totals.Read(_clock.Now, Snapshots.Of(depth: _accepted - _acknowledged), _delivery);
            _recent.Take(_totals);
            _clock.Now += 5_000;
            _accepted += accepted;
            _acknowledged += acknowledged;
        }
    }
}
