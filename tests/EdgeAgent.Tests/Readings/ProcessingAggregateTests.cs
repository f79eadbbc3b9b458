using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Readings;

public sealed class ProcessingAggregateTests
{
    private static readonly ImmutableArray<Statistic> All = [Statistic.Mean, Statistic.Min, Statistic.Max, Statistic.Last, Statistic.Count];

    [Fact]
    public void A_window_is_told_when_the_next_begins()
    {
        var aggregate = Aggregate(All);
        Assert.Null(aggregate.Add(One(10), 1_000, 0));
        Assert.Null(aggregate.Add(One(30), 20_000, 0));
        Assert.Null(aggregate.Add(One(20), 59_999, 0));

        var told = aggregate.Add(One(99), 60_000, 0);

        Assert.Equal(60_000, told?.Time);
        Assert.Equal(
            [
                new NamedValue("mean", Value.Of(20.0), "°C"), new("min", Value.Of(10), "°C"), new("max", Value.Of(30), "°C"),
                new("last", Value.Of(20), "°C"), new("count", Value.Of(3)),
            ],
            told!.Value.Values.AsEnumerable());
    }

    [Fact]
    public void With_one_statistic_the_values_keep_their_names()
    {
        var aggregate = Aggregate([Statistic.Mean]);
        aggregate.Add([new("temperature", Value.Of(20.0)), new("humidity", Value.Of(40.0))], 0, 0);

        Assert.Equal(["temperature", "humidity"], aggregate.End(1)!.Value.Values.Select(value => value.Name));
    }

    [Fact]
    public void With_several_statistics_named_values_get_them_behind_their_name()
    {
        var aggregate = Aggregate([Statistic.Min, Statistic.Last]);
        aggregate.Add([new("temperature", Value.Of(20.0)), new("state", Value.Of("on"))], 0, 0);

        Assert.Equal(["temperature_min", "temperature_last", "state_last"], aggregate.End(1)!.Value.Values.Select(value => value.Name));
    }

    [Fact]
    public void Windows_begin_on_whole_multiples_of_the_wall_clock()
    {
        var aggregate = Aggregate([Statistic.Count]);
        const long BootedAt = 1_795_000_042_500;
        aggregate.Add(One(1), 0, BootedAt);

        Assert.Null(aggregate.Pass(37_499, BootedAt));
        Assert.Equal(37_500, aggregate.Pass(37_600, BootedAt)?.Time);
    }

    [Fact]
    public void A_silent_sensors_window_is_told_by_the_clock_and_only_once()
    {
        var aggregate = Aggregate([Statistic.Last]);
        aggregate.Add(One(5), 0, 0);

        Assert.Equal(60_000, aggregate.Pass(75_000, 0)?.Time);
        Assert.Null(aggregate.Pass(200_000, 0));
    }

    [Fact]
    public void A_step_of_the_wall_clock_ends_the_window_and_never_dates_it_in_the_future()
    {
        var aggregate = Aggregate([Statistic.Count]);
        aggregate.Add(One(5), 1_000, 0);

        Assert.Equal(2_000, aggregate.Add(One(6), 2_000, 1_795_000_000_000)?.Time);
    }

    [Fact]
    public void A_wavering_wall_clock_does_not_split_a_window()
    {
        var aggregate = Aggregate([Statistic.Count]);
        aggregate.Add(One(5), 60_000, 0);

        Assert.Null(aggregate.Add(One(6), 60_000, -1));
        Assert.Null(aggregate.Add(One(7), 60_001, 0));
        Assert.Equal(Value.Of(3), aggregate.Pass(120_000, 0)!.Value.Values[0].Value);
    }

    [Fact]
    public void At_the_stop_the_window_so_far_is_told()
    {
        var aggregate = Aggregate([Statistic.Count]);
        aggregate.Add(One(5), 1_000, 0);

        Assert.Equal(1_500, aggregate.End(1_500)?.Time);
        Assert.Null(aggregate.End(1_600));
    }

    [Property(MaxTest = 300)]
    public bool The_mean_is_between_the_extremes_and_the_count_is_right(int[] numbers)
    {
        if (numbers.Length == 0)
        {
            return true;
        }

        var aggregate = Aggregate(All);
        foreach (var number in numbers)
        {
            aggregate.Add(One(number), 0, 0);
        }

        var told = aggregate.End(0)!.Value.Values.ToDictionary(value => value.Name, value => value.Value);
        var exact = numbers.Average(number => (double)number);
        return told["min"].Integer == numbers.Min() && told["max"].Integer == numbers.Max() && told["last"].Integer == numbers[^1]
            && told["count"].Integer == numbers.Length && Math.Abs(told["mean"].Real - exact) <= 1e-6 * Math.Max(1, Math.Abs(exact));
    }

    private static ProcessingAggregate Aggregate(ImmutableArray<Statistic> statistics) =>
        new(TimeSpan.FromMinutes(1), statistics, static _ => ProcessingRule.None);

    private static ImmutableArray<NamedValue> One(long number) => [new("value", Value.Of(number), "°C")];
}
