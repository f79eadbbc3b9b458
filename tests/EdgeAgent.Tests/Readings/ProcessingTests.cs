using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using FsCheck;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Readings;

public sealed class ProcessingTests
{
    [Theory]
    [InlineData(231, 0.1, 0, 23.1)]
    [InlineData(3, 0.1, 0, 0.3)]
    [InlineData(7, 0.001, 0, 0.007)]
    [InlineData(100, 1.8, 32, 212)]
    [InlineData(5, -1, 0, -5)]
    public void Scale_and_offset_give_the_number_that_a_person_expects(long raw, double scale, double offset, double expected) =>
        Assert.Equal(Value.Of(expected), One(new() { Scale = scale, Offset = offset }, Value.Of(raw)));

    [Fact]
    public void A_whole_number_that_nothing_touches_stays_whole() =>
        Assert.Equal(Value.Of(9007199254740993L), One(new() { Minimum = 0 }, Value.Of(9007199254740993L)));

    [Theory]
    [InlineData(4, 0)]
    [InlineData(12, 50)]
    [InlineData(20, 100)]
    [InlineData(3.5, -3.125)]
    [InlineData(21.6, 110)]
    public void A_map_goes_through_its_corners_and_on_beyond_them(double milliamperes, double percent) =>
        Assert.Equal(percent, One(new() { Map = [new(4, 0), new(20, 100)] }, Value.Of(milliamperes)).Real, 1e-9);

    [Theory]
    [InlineData(5, 50)]
    [InlineData(10, 100)]
    [InlineData(15, 110)]
    [InlineData(20, 120)]
    [InlineData(30, 0)]
    public void A_map_bends_at_each_corner(double from, double to) =>
        Assert.Equal(Value.Of(to), One(new() { Map = [new(0, 0), new(10, 100), new(20, 120), new(25, 60)] }, Value.Of(from)));

    [Property]
    public bool A_map_gives_its_corners_exactly(int[] xs, int seed)
    {
        var points = xs.Distinct().Order().Select((x, i) => new MapPoint(x, ((long)x * 7 % 1000) + (seed % 100) + i)).ToImmutableArray();

        return points.Length < 2 || points.All(point => Same(One(new() { Map = points }, Value.Of(point.From)), point.To));
    }

    [Theory]
    [InlineData(1.005, 2, 1.01)]
    [InlineData(2.5, 0, 3)]
    [InlineData(-2.5, 0, -3)]
    [InlineData(21.4499, 1, 21.4)]
    public void Rounding_keeps_so_many_decimals(double number, int digits, double expected)
    {
        var rounded = One(new() { Digits = digits }, Value.Of(number));

        Assert.InRange(rounded.Real, expected - 0.0100001, expected);
        Assert.Equal(Math.Round(rounded.Real, digits), rounded.Real);
    }

    [Theory]
    [InlineData(-20, true)]
    [InlineData(-20.01, false)]
    [InlineData(110, true)]
    [InlineData(110.01, false)]
    public void What_is_beyond_its_range_is_implausible(double number, bool isPlausible)
    {
        var observation = new Processing(new() { Default = new() { Minimum = -20, Maximum = 110 } }).Correct(Observation.Of(Value.Of(number)));

        Assert.Equal(isPlausible ? null : SensorFailureKind.Implausible, observation.Failure?.Kind);
        Assert.Equal(isPlausible, !observation.Values.IsEmpty);
    }

    [Fact]
    public void The_range_is_that_of_the_scaled_value() =>
        Assert.Equal(Value.Of(61.0), One(new() { Scale = 0.001, Maximum = 110 }, Value.Of(61_000)));

    [Fact]
    public void Not_a_number_is_implausible() => Assert.Equal(
        SensorFailureKind.Implausible, new Processing(new()).Correct(Observation.Of(Value.Of(double.NaN))).Failure?.Kind);

    [Fact]
    public void Overflow_is_implausible() => Assert.Equal(
        SensorFailureKind.Implausible, new Processing(new() { Default = new() { Scale = 1e300 } }).Correct(Observation.Of(Value.Of(1e300))).Failure?.Kind);

    [Fact]
    public void A_spike_is_implausible_and_the_value_after_it_is_not()
    {
        var processing = new Processing(new() { Default = new() { MaximumStep = 5 } });

        Assert.Equal([true, false, true, true], new[] { 20.0, 85.0, 21.0, 26.0 }.Select(number => IsTaken(processing, number)));
    }

    [Fact]
    public void A_jump_that_stays_is_believed_the_third_time()
    {
        var processing = new Processing(new() { Default = new() { MaximumStep = 5 } });

        Assert.Equal(
            [true, false, false, true, true], new[] { 20.0, 60.0, 61.0, 62.0, 64.0 }.Select(number => IsTaken(processing, number)));
    }

    [Fact]
    public void Wild_jumps_are_never_believed()
    {
        var processing = new Processing(new() { Default = new() { MaximumStep = 5 } });

        Assert.Equal([true, false, false, false, false], new[] { 20.0, 60.0, -60.0, 80.0, 40.0 }.Select(number => IsTaken(processing, number)));
    }

    [Fact]
    public void An_implausible_value_does_not_take_its_neighbours_along()
    {
        var plan = new ProcessingPlan { Fields = ImmutableDictionary<string, ProcessingRule>.Empty.Add("humidity", new() { Maximum = 100 }) };

        var observation = new Processing(plan).Correct(Observation.Of([new("temperature", Value.Of(21.5)), new("humidity", Value.Of(4193.0))]));

        Assert.Equal("temperature", Assert.Single(observation.Values).Name);
        Assert.Equal(SensorFailureKind.Implausible, observation.Failure?.Kind);
    }

    [Fact]
    public void Text_and_booleans_go_on_as_they_are()
    {
        ImmutableArray<NamedValue> values = [new("state", Value.Of("open")), new("on", Value.Of(true))];

        Assert.Equal(
            values.AsEnumerable(), new Processing(new() { Default = new() { Scale = 3, Maximum = 0 } }).Correct(Observation.Of(values)).Values.AsEnumerable());
    }

    [Fact]
    public void Only_the_values_asked_for_are_kept()
    {
        var processing = new Processing(new() { Only = ["b"] });

        Assert.Equal("b", Assert.Single(processing.Correct(Observation.Of([new("a", Value.Of(1)), new("b", Value.Of(2))])).Values).Name);
        Assert.Equal(SensorFailureKind.Missing, processing.Correct(Observation.Of([new("a", Value.Of(1))])).Failure?.Kind);
    }

    [Fact]
    public void The_unit_of_the_rule_goes_before_the_sensors_own()
    {
        var observation = new Processing(new() { Default = new() { Unit = "°F" } }).Correct(Observation.Of(Value.Of(1.5), "°C"));

        Assert.Equal("°F", observation.Values[0].Unit);
    }

    [Property(MaxTest = 500)]
    public bool Nothing_outside_the_range_ever_comes_out(NormalFloat[] numbers, NormalFloat one, NormalFloat other, NormalFloat scale)
    {
        var (least, most) = (Math.Min(one.Get, other.Get), Math.Max(one.Get, other.Get));
        var processing = new Processing(new() { Default = new() { Minimum = least, Maximum = most, Scale = scale.Get == 0 ? 1 : scale.Get } });

        return numbers.SelectMany(number => processing.Correct(Observation.Of(Value.Of(number.Get))).Values)
            .All(value => value.Value.Real >= least && value.Value.Real <= most);
    }

    private static bool Same(Value value, double number) => value.TryGetNumber(out var actual) && Math.Abs(actual - number) < 1e-6;

    private static bool IsTaken(Processing processing, double number) => !processing.Correct(Observation.Of(Value.Of(number))).Values.IsEmpty;

    private static Value One(ProcessingRule rule, Value value)
    {
        var observation = new Processing(new() { Default = rule }).Correct(Observation.Of(value));
        Assert.Null(observation.Failure);
        return Assert.Single(observation.Values).Value;
    }
}
