using System.Collections.Immutable;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors;

/// <summary>Why a sensor gave no value. Shown in status and metrics by these names, in lower case.</summary>
internal enum SensorFailureKind
{
    Missing,
    Timeout,
    Io,
    Crc,
    Implausible,
    Permission,
    Format,
    Exit,
    Stale,
}

/// <summary>A failed read: its kind, and a sentence that says what was seen and what to do.</summary>
internal sealed record SensorFailure(SensorFailureKind Kind, string Message);

/// <summary>One named value as the sensor gave it.</summary>
internal readonly record struct NamedValue(string Name, Value Value, string? Unit = null);

/// <summary>What one read of a sensor came to: values, or the reason there are none.</summary>
internal readonly record struct Observation
{
    private Observation(ImmutableArray<NamedValue> values, SensorFailure? failure)
    {
        Values = values;
        Failure = failure;
    }

    /// <summary>Never empty unless there is a failure.</summary>
    public ImmutableArray<NamedValue> Values { get; }

    public SensorFailure? Failure { get; }

    public static Observation Of(ImmutableArray<NamedValue> values) => new(values, null);

    /// <summary>A lone value, whose name in the payload is "value".</summary>
    public static Observation Of(Value value, string? unit = null) => new([new NamedValue("value", value, unit)], null);

    public static Observation Failed(SensorFailureKind kind, string message) => new([], new SensorFailure(kind, message));
}
