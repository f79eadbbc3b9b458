using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Readings;

public sealed class ProcessingGateTests
{
    [Fact]
    public void A_value_passes_when_it_has_moved_by_the_deadband_from_the_last_that_passed()
    {
        var gate = Gate(new(0.1, IsPercent: false));

        Assert.Equal(
            [true, false, false, true, false, true],
            new[] { 20.0, 20.05, 19.95, 20.1, 20.15, 20.0 }.Select(number => gate.Passes(One(number), 0)));
    }

    [Fact]
    public void A_slow_drift_is_not_lost()
    {
        var gate = Gate(new(1, IsPercent: false));

        var passed = Enumerable.Range(0, 101).Count(step => gate.Passes(One(step * 0.1), 0));

        Assert.Equal(11, passed);
    }

    [Fact]
    public void A_percentage_is_of_the_last_that_passed()
    {
        var gate = Gate(new(2, IsPercent: true));

        Assert.Equal([true, false, true, true, true, false], new[] { 100.0, 101.9, 98.0, 0, 0.001, 0.001 }.Select(number => gate.Passes(One(number), 0)));
    }

    [Fact]
    public void A_deadband_of_zero_lets_any_change_pass()
    {
        var gate = Gate(new(0, IsPercent: false));

        Assert.Equal([true, false, true, false], new[] { 1.0, 1.0, 1.0000001, 1.0000001 }.Select(number => gate.Passes(One(number), 0)));
    }

    [Fact]
    public void The_heartbeat_lets_an_old_value_pass()
    {
        var gate = Gate(new(1, IsPercent: false), TimeSpan.FromSeconds(10));

        Assert.Equal([true, false, true, false, true], new long[] { 0, 9_999, 10_000, 19_999, 20_000 }.Select(time => gate.Passes(One(5), time)));
    }

    [Fact]
    public void After_a_failure_the_old_value_is_news()
    {
        var gate = Gate(new(1, IsPercent: false));
        Assert.True(gate.Passes(One(5), 0));

        gate.Reset();

        Assert.True(gate.Passes(One(5), 1));
        Assert.False(gate.Passes(One(5), 2));
    }

    [Fact]
    public void A_text_or_another_set_of_values_passes_when_it_changes()
    {
        var gate = Gate(new(100, IsPercent: false));
        ImmutableArray<NamedValue> open = [new("level", Value.Of(5)), new("state", Value.Of("open"))];
        ImmutableArray<NamedValue> shut = [new("level", Value.Of(6)), new("state", Value.Of("shut"))];

        Assert.Equal([true, false, true, true, true], new[] { open, open, shut, One(5), open }.Select(values => gate.Passes(values, 0)));
    }

    [Fact]
    public void In_a_stream_each_name_has_its_own_deadband()
    {
        var gate = Gate(new(1, IsPercent: false), isStream: true);

        Assert.Equal(
            [true, true, false, false, true, false, false],
            new[] { One(21, "kitchen"), One(12, "cellar"), One(21.5, "kitchen"), One(12.5, "cellar"), One(22, "kitchen"), One(22.5, "kitchen"), One(12, "cellar") }
                .Select(values => gate.Passes(values, 0)));
    }

    [Fact]
    public void In_a_stream_each_name_has_its_own_heartbeat()
    {
        var gate = Gate(new(1, IsPercent: false), TimeSpan.FromSeconds(10), isStream: true);
        gate.Passes(One(21, "kitchen"), 0);
        gate.Passes(One(12, "cellar"), 5_000);

        Assert.True(gate.Passes(One(21, "kitchen"), 10_000));
        Assert.False(gate.Passes(One(12, "cellar"), 14_999));
        Assert.True(gate.Passes(One(12, "cellar"), 15_000));
    }

    [Fact]
    public void In_a_stream_a_value_that_is_not_told_is_no_news_and_one_that_was_never_told_is()
    {
        var gate = Gate(new(1, IsPercent: false), isStream: true);
        NamedValue a = new("a", Value.Of(1)), b = new("b", Value.Of(2));

        Assert.Equal([true, false, true, false, false], new ImmutableArray<NamedValue>[] { [a], [a], [a, b], [b], [a, b] }.Select(values => gate.Passes(values, 0)));
    }

    [Fact]
    public void A_stream_that_makes_up_names_without_end_loses_no_reading_and_fills_no_memory()
    {
        var gate = Gate(new(1, IsPercent: false), isStream: true);

        Assert.All(Enumerable.Range(0, 5000), number => Assert.True(gate.Passes(One(1, $"name_{number}"), 0)));
        Assert.False(gate.Passes(One(1, "name_0"), 0));
        Assert.True(gate.Passes(One(1, "name_4999"), 0));
    }

    [Property(MaxTest = 500)]
    public bool In_a_stream_what_is_held_back_is_near_what_was_published_of_its_name_and_not_too_long_ago((byte Name, sbyte Number, byte Pause)[] readings, byte deadband)
    {
        var gate = Gate(new(deadband, IsPercent: false), TimeSpan.FromMilliseconds(300), isStream: true);
        var published = new Dictionary<string, (int Number, long Time)>();
        var time = 0L;
        foreach (var (name, number, pause) in readings)
        {
            time += pause;
            var key = $"name_{name % 3}";
            if (gate.Passes(One(number, key), time))
            {
                published[key] = (number, time);
            }
            else if (!published.TryGetValue(key, out var last) || Math.Abs(number - last.Number) > deadband || time - last.Time >= 300)
            {
                return false;
            }
        }

        return true;
    }

    [Property(MaxTest = 500)]
    public bool What_is_held_back_is_never_a_deadband_away_from_what_was_published(short[] numbers, byte deadband)
    {
        var gate = Gate(new(deadband, IsPercent: false));
        double? published = null;
        foreach (var number in numbers)
        {
            if (gate.Passes(One(number), 0))
            {
                published = number;
            }
            else if (published is not { } last || Math.Abs(number - last) > deadband)
            {
                return false;
            }
        }

        return true;
    }

    private static ProcessingGate Gate(Deadband deadband, TimeSpan? heartbeat = null, bool isStream = false)
    {
        var rule = new ProcessingRule { Deadband = deadband };
        return new(_ => rule, heartbeat, isStream);
    }

    private static ImmutableArray<NamedValue> One(double number, string name = "value") => [new(name, Value.Of(number))];
}
