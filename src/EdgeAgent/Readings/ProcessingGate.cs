using System.Collections.Immutable;
using EdgeAgent.Sensors;

namespace EdgeAgent.Readings;

/// <summary>
/// Lets a reading pass when it says something new: one of its values has left its deadband around the last one that passed, or
/// has appeared or gone, or the heartbeat is due. The whole reading passes then. For one sensor, one call at a time.
/// </summary>
/// <param name="ruleOf">The rule of a value by its name.</param>
/// <param name="heartbeat">The longest silence; null: for ever.</param>
internal sealed class ProcessingGate(Func<string, ProcessingRule> ruleOf, TimeSpan? heartbeat)
{
    private ImmutableArray<NamedValue> _passed = [];
    private long _passedAt;

    /// <summary>True where the reading shall be published.</summary>
    /// <param name="values">Corrected.</param>
    /// <param name="time">When it was taken: milliseconds on any clock that runs forward.</param>
    public bool Passes(ImmutableArray<NamedValue> values, long time)
    {
        var isDue = heartbeat is { } longest && time - _passedAt >= longest.TotalMilliseconds;
        if (!isDue && _passed.Length == values.Length && !HasChange(values))
        {
            return false;
        }

        _passed = values;
        _passedAt = time;
        return true;
    }

    /// <summary>Lets the next reading pass whatever it is: after a failure even the old value is news.</summary>
    public void Reset() => _passed = [];

    private bool HasChange(ImmutableArray<NamedValue> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (_passed[i].Name != values[i].Name || IsChange(values[i].Name, _passed[i].Value, values[i].Value))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsChange(string name, Value before, Value now) =>
        before.TryGetNumber(out var old) && now.TryGetNumber(out var number) && ruleOf(name).Deadband is { } deadband
            ? deadband.IsLeft(old, number)
            : before != now;
}
