using EdgeAgent.Delivery;

namespace EdgeAgent.Tests.Delivery;

public sealed class BackoffTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Maximum = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(6, 64)]
    [InlineData(7, 120)]
    [InlineData(1_000_000, 120)]
    public void The_ceiling_doubles_up_to_the_maximum(int attempt, double seconds) =>
        Assert.Equal(seconds, Backoff.Delay(attempt, Second, Maximum, 1).TotalSeconds, 3);

    [Fact]
    public void The_jitter_spreads_over_nearly_the_whole_range_and_never_to_nothing()
    {
        Assert.Equal(12, Backoff.Delay(10, Second, Maximum, 0).TotalSeconds, 3);
        Assert.Equal(66, Backoff.Delay(10, Second, Maximum, 0.5).TotalSeconds, 3);
    }

    // ./dev bench delivery measures the same against a real broker.
    [Fact]
    public void Two_hundred_gateways_that_lost_their_broker_together_do_not_come_back_together()
    {
        const int Seed = 20261122;
        const int Gateways = 200;
        var random = new Random(Seed);

        Assert.InRange(BusiestSecond(Gateways, random.NextDouble), 1, Gateways / 10);
        Assert.Equal(Gateways, BusiestSecond(Gateways, () => 0.999));
    }

    [Fact]
    public void A_connection_is_stable_after_half_a_minute_or_the_longest_wait_if_that_is_shorter()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Backoff.StableAfter(Maximum));
        Assert.Equal(Second, Backoff.StableAfter(Second));
    }

    /// <summary>How many gateways make their first attempt after a minute's outage within the busiest second.</summary>
    private static int BusiestSecond(int gateways, Func<double> random)
    {
        var returns = Enumerable.Range(0, gateways).Select(_ => Return(random)).ToList();
        return returns.Max(first => returns.Count(other => other >= first && other < first + Second));
    }

    private static TimeSpan Return(Func<double> random)
    {
        var now = TimeSpan.Zero;
        for (var attempt = 0; now < TimeSpan.FromMinutes(1); attempt++)
        {
            now += Backoff.Delay(attempt, Second, Maximum, random());
        }

        return now;
    }
}
