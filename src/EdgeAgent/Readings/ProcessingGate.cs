using System.Collections.Immutable;
using EdgeAgent.Sensors;

namespace EdgeAgent.Readings;

/// <summary>
/// Lets a reading pass when it says something new: one of its values has left its deadband around the last one that passed, has
/// not been told before, or is due for its heartbeat. The whole reading passes then. For one sensor, one call at a time.
/// </summary>
/// <param name="ruleOf">The rule of a value by its name.</param>
/// <param name="heartbeat">The longest silence; null: for ever.</param>
/// <param name="isStream">
/// Readings come from several devices, each with other names, so one is measured by what passed of its own names. Otherwise every
/// reading has all that there is, and a value that is gone is news too.
/// </param>
internal sealed class ProcessingGate(Func<string, ProcessingRule> ruleOf, TimeSpan? heartbeat, bool isStream = false)
{
    private readonly Dictionary<string, (Value Value, long Time)> _passed = new(StringComparer.Ordinal);

    /// <summary>True where the reading shall be published.</summary>
    /// <param name="values">Corrected.</param>
    /// <param name="time">When it was taken: milliseconds on any clock that runs forward.</param>
    public bool Passes(ImmutableArray<NamedValue> values, long time)
    {
        var isGone = !isStream && values.Length < _passed.Count;
        if (!isGone && !values.Any(value => IsNews(value, time)))
        {
            return false;
        }

        if (!isStream)
        {
            _passed.Clear();
        }

        foreach (var value in values)
        {
            // A name that there is no room for is news each time: too much is published rather than too little.
            if (!isStream || _passed.Count < Processing.RememberedNames || _passed.ContainsKey(value.Name))
            {
                _passed[value.Name] = (value.Value, time);
            }
        }

        return true;
    }

    /// <summary>Lets the next reading pass whatever it is: after a failure even the old value is news.</summary>
    public void Reset() => _passed.Clear();

    private bool IsNews(NamedValue value, long time) =>
        !_passed.TryGetValue(value.Name, out var passed)
        || (heartbeat is { } longest && time - passed.Time >= longest.TotalMilliseconds)
        || IsChange(value.Name, passed.Value, value.Value);

    private bool IsChange(string name, Value before, Value now) =>
        before.TryGetNumber(out var old) && now.TryGetNumber(out var number) && ruleOf(name).Deadband is { } deadband
            ? deadband.IsLeft(old, number)
            : before != now;
}
