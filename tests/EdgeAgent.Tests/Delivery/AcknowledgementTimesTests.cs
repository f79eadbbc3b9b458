using EdgeAgent.Delivery;

namespace EdgeAgent.Tests.Delivery;

public sealed class AcknowledgementTimesTests
{
    private readonly AcknowledgementTimes _times = new();

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_percentile_is_at_most_a_sixteenth_off(double share)
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var microseconds = Enumerable.Range(0, 10_000).Select(_ => Math.Exp(random.NextDouble() * 18)).Order().ToArray();
        Array.ForEach(microseconds, time => _times.Record(TimeSpan.FromMicroseconds(time)));

        var exact = microseconds[(int)Math.Ceiling(microseconds.Length * share) - 1];
        var read = AcknowledgementTimes.Percentile(new long[AcknowledgementTimes.Steps], Copy(), share)!.Value.TotalMicroseconds;

        Assert.True(Math.Abs(read - exact) <= (exact / 16) + 1, $"seed {Seed}: {read} instead of {exact}");
    }

    [Fact]
    public void Only_what_came_between_two_looks_counts()
    {
        _times.Record(TimeSpan.FromSeconds(10));
        var before = Copy();
        _times.Record(TimeSpan.FromMilliseconds(20));

        Assert.InRange(AcknowledgementTimes.Percentile(before, Copy(), 0.99)!.Value.TotalMilliseconds, 18.7, 21.3);
    }

    [Fact]
    public void Where_nothing_was_timed_there_is_no_percentile()
    {
        _times.Record(TimeSpan.FromSeconds(1));

        Assert.Null(AcknowledgementTimes.Percentile(Copy(), Copy(), 0.5));
    }

    [Fact]
    public void Powers_of_two_microseconds_are_exact_borders()
    {
        _times.Record(TimeSpan.FromMicroseconds(1023));
        _times.Record(TimeSpan.FromMicroseconds(1024));
        _times.Record(TimeSpan.FromDays(1));

        Assert.Equal([1, 2, 3], ((int[])[10, 11, 27]).Select(exponent => AcknowledgementTimes.CountBelow(Copy(), exponent)));
        Assert.Equal(0, AcknowledgementTimes.CountBelow(Copy(), 3));
    }

    private long[] Copy()
    {
        var counts = new long[AcknowledgementTimes.Steps];
        _times.CopyTo(counts);
        return counts;
    }
}
