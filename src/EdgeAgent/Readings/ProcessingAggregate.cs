using System.Collections.Immutable;
using EdgeAgent.Sensors;

namespace EdgeAgent.Readings;

/// <summary>What can be told of the values of a window.</summary>
internal enum Statistic
{
    Mean,
    Min,
    Max,
    Last,
    Count,
}

/// <summary>Readings of one window, told as one.</summary>
/// <param name="Time">When the window ended: milliseconds since boot.</param>
/// <param name="Values">At least one.</param>
internal readonly record struct AggregatedReading(long Time, ImmutableArray<NamedValue> Values);

/// <summary>
/// Gathers readings over windows that are whole multiples of their length on the wall clock, and gives one reading per window.
/// With one statistic the values keep their names; with several, "value" gives "mean", "min" ..., and any other name
/// "temperature_mean" and so on. Text and booleans have only their last value. For one sensor, one call at a time.
/// </summary>
/// <param name="every">The length of a window; above zero.</param>
/// <param name="statistics">At least one.</param>
/// <param name="ruleOf">The rule of a value by its name, for the rounding of means.</param>
internal sealed class ProcessingAggregate(TimeSpan every, ImmutableArray<Statistic> statistics, Func<string, ProcessingRule> ruleOf)
{
    private readonly long _length = Math.Max((long)every.TotalMilliseconds, 1);
    private readonly List<Gathered> _fields = [];
    private long _window;
    private long _windowEnd;

    /// <summary>Takes a reading; gives the window before where this one begins another.</summary>
    /// <param name="values">Corrected.</param>
    /// <param name="time">Milliseconds since boot.</param>
    /// <param name="wallOffset">Unix milliseconds at boot, as best known now.</param>
    public AggregatedReading? Add(ImmutableArray<NamedValue> values, long time, long wallOffset)
    {
        var ended = Pass(time, wallOffset);
        if (_fields.Count == 0)
        {
            _window = WindowOf(time, wallOffset);
            _windowEnd = ((_window + 1) * _length) - wallOffset;
        }

        foreach (var value in values)
        {
            var field = _fields.Find(field => field.Last.Name == value.Name);
            if (field is null)
            {
                _fields.Add(field = new());
            }

            field.Add(value);
        }

        return ended;
    }

    /// <summary>Gives the window that has ended by now, if one has.</summary>
    public AggregatedReading? Pass(long time, long wallOffset)
    {
        // The offset wavers by a millisecond, so a window that has just begun may seem not to have.
        var window = WindowOf(time, wallOffset);
        return _fields.Count > 0 && window != _window && window != _window - 1 ? End(time) : null;
    }

    /// <summary>Gives what there is of the window, at the stop.</summary>
    public AggregatedReading? End(long time)
    {
        if (_fields.Count == 0)
        {
            return null;
        }

        var values = _fields.SelectMany(Tell).ToImmutableArray();
        _fields.Clear();
        return values.IsEmpty ? null : new AggregatedReading(Math.Min(time, _windowEnd), values);
    }

    private long WindowOf(long time, long wallOffset) => Math.DivRem(time + wallOffset, _length).Quotient;

    private IEnumerable<NamedValue> Tell(Gathered field)
    {
        var (name, unit) = (field.Last.Name, field.Last.Unit);
        foreach (var statistic in statistics)
        {
            NamedValue? value = (statistic, field.Numbers) switch
            {
                (Statistic.Last, _) => field.Last,
                (Statistic.Count, _) => new("count", Value.Of((long)field.Count)),
                (_, 0) => null,
                (Statistic.Min, _) => new("min", field.Minimum, unit),
                (Statistic.Max, _) => new("max", field.Maximum, unit),
                _ => new("mean", Value.Of(ProcessingCorrection.Round(ruleOf(name), field.Mean)), unit),
            };
            if (value is { } told)
            {
                yield return told with { Name = NameOf(name, statistic) };
            }
        }
    }

    private string NameOf(string name, Statistic statistic)
    {
        var suffix = statistic switch
        {
            Statistic.Mean => "mean",
            Statistic.Min => "min",
            Statistic.Max => "max",
            Statistic.Last => "last",
            _ => "count",
        };
        return statistics.Length == 1 ? name : name == "value" ? suffix : $"{name}_{suffix}";
    }

    /// <summary>One field's values in the window.</summary>
    private sealed class Gathered
    {
        public int Count { get; private set; }

        public int Numbers { get; private set; }

        public NamedValue Last { get; private set; }

        public Value Minimum { get; private set; }

        public Value Maximum { get; private set; }

        public double Mean { get; private set; }

        public void Add(NamedValue value)
        {
            Count++;
            Last = value;
            if (!value.Value.TryGetNumber(out var number))
            {
                return;
            }

            if (Numbers == 0 || (Minimum.TryGetNumber(out var minimum) && number < minimum))
            {
                Minimum = value.Value;
            }

            if (Numbers == 0 || (Maximum.TryGetNumber(out var maximum) && number > maximum))
            {
                Maximum = value.Value;
            }

            // No sum, which could overflow or lose digits.
            Numbers++;
            Mean += (number / Numbers) - (Mean / Numbers);
        }
    }
}
