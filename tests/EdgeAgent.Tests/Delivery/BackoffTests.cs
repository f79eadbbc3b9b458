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

    [Fact]
    public void A_connection_is_stable_after_half_a_minute_or_the_longest_wait_if_that_is_shorter()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Backoff.StableAfter(Maximum));
        Assert.Equal(Second, Backoff.StableAfter(Second));
    }
}
