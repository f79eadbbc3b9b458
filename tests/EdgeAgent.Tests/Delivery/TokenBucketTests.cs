using EdgeAgent.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Over_time_exactly_the_rate_goes_through()
    {
        var bucket = new TokenBucket(50, _time);
        var taken = Take(bucket);
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            taken += Take(bucket);
        }

        Assert.InRange(taken, 549, 550);
    }

    [Fact]
    public void After_a_long_pause_one_seconds_worth_goes_at_once_and_no_more()
    {
        var bucket = new TokenBucket(50, _time);
        _ = Take(bucket);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(50, Take(bucket));
    }

    [Fact]
    public void It_says_how_long_to_wait()
    {
        var bucket = new TokenBucket(0.1, _time);
        Assert.Equal(1, Take(bucket));

        Assert.Equal(10, bucket.UntilNext().TotalSeconds, 6);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, bucket.UntilNext());
    }

    [Fact]
    public void A_place_that_was_not_used_comes_back()
    {
        var bucket = new TokenBucket(1, _time);
        bucket.Take();
        bucket.Return();

        Assert.True(bucket.HasPlace);
    }

    [Fact]
    public void Without_a_rate_there_is_always_a_place()
    {
        var bucket = new TokenBucket(null, _time);
        for (var i = 0; i < 1000; i++)
        {
            bucket.Take();
        }

        Assert.True(bucket.HasPlace);
        Assert.Equal(TimeSpan.Zero, bucket.UntilNext());
    }

    private static int Take(TokenBucket bucket)
    {
        var taken = 0;
        for (; bucket.HasPlace; taken++)
        {
            bucket.Take();
        }

        return taken;
    }
}
