using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Hosting.Measuring;

public sealed class LastMinuteTests
{
    private readonly DeliveryFigures _delivery = new(new SetBootClock());
    private readonly LastMinute _minute = new(TimeSpan.FromSeconds(5));
    private readonly Totals _totals = new();
    private long _at;

    [Fact]
    public void Rates_are_those_of_the_last_minute_whatever_was_before()
    {
        Look(accepted: 100_000);
        for (var look = 1; look <= 30; look++)
        {
            Look(accepted: 100_000 + (look * 10), acknowledged: look * 5);
        }

        Assert.Equal((2, 1), (_minute.Rates().AcceptedPerSecond, _minute.Rates().DeliveredPerSecond));
    }

    [Fact]
    public void Before_a_minute_is_over_they_are_those_since_the_start()
    {
        Look();
        Look(accepted: 10);

        Assert.Equal(2, _minute.Rates().AcceptedPerSecond);
    }

    [Fact]
    public void A_slow_acknowledgement_is_forgotten_after_a_minute()
    {
        Look();
        _delivery.Times.Record(TimeSpan.FromSeconds(3));
        Look();
        Assert.InRange(_minute.Rates().Tail!.Value.TotalSeconds, 2.8, 3.2);
        for (var look = 0; look < 12; look++)
        {
            _delivery.Times.Record(TimeSpan.FromMilliseconds(1));
            Look();
        }

        Assert.InRange(_minute.Rates().Tail!.Value.TotalMilliseconds, 0.9, 1.1);
    }

    [Fact]
    public void At_first_there_is_nothing_to_tell()
    {
        Assert.Equal(new Rates(0, 0, null, null), _minute.Rates());
    }

    private void Look(long accepted = 0, long acknowledged = 0)
    {
        _totals.Read(_at += 5_000, Snapshots.Of(accepted: accepted, acknowledged: acknowledged), _delivery);
        _minute.Take(_totals);
    }
}
