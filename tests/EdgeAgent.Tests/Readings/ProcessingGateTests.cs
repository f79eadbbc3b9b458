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

    private static ProcessingGate Gate(Deadband deadband, TimeSpan? heartbeat = null)
    {
        var rule = new ProcessingRule { Deadband = deadband };
        return new(_ => rule, heartbeat);
    }

    private static ImmutableArray<NamedValue> One(double number) => [new("value", Value.Of(number))];
}
