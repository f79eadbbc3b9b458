using System.Collections.Immutable;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors;

/// <summary>Why a sensor gave no value. Shown in status and metrics by <see cref="SensorFailureKinds.Text"/>.</summary>
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
    PowerOn,
}

/// <summary>The names of the failure kinds as people and metrics see them.</summary>
internal static class SensorFailureKinds
{
    public static string Text(this SensorFailureKind kind) => kind switch
    {
        SensorFailureKind.Missing => "missing",
        SensorFailureKind.Timeout => "timeout",
        SensorFailureKind.Io => "io",
        SensorFailureKind.Crc => "crc",
        SensorFailureKind.Implausible => "implausible",
        SensorFailureKind.Permission => "permission",
        SensorFailureKind.Format => "format",
        SensorFailureKind.Exit => "exit",
        SensorFailureKind.Stale => "stale",
        SensorFailureKind.PowerOn => "power_on",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>A failed read: its kind, and a sentence that says what was seen and what to do.</summary>
internal sealed record SensorFailure(SensorFailureKind Kind, string Message);

/// <summary>One named value as the sensor gave it.</summary>
internal readonly record struct NamedValue(string Name, Value Value, string? Unit = null);

/// <summary>A message that goes on as it came.</summary>
/// <param name="Topic">Where to.</param>
/// <param name="Payload">Its bytes; never changed any more.</param>
/// <param name="ContentType">MIME type; null where unknown.</param>
internal sealed record ForwardedMessage(string Topic, ReadOnlyMemory<byte> Payload, string? ContentType);

/// <summary>What one read of a sensor came to: values, a message that goes on as it is, or the reason there is neither.</summary>
internal readonly record struct Observation
{
    private Observation(ImmutableArray<NamedValue> values, SensorFailure? failure)
    {
        Values = values;
        Failure = failure;
    }

    /// <summary>Never empty unless there is a failure or a message.</summary>
    public ImmutableArray<NamedValue> Values { get; }

    public SensorFailure? Failure { get; }

    /// <summary>A message that is not looked into; null for values.</summary>
    public ForwardedMessage? Message { get; private init; }

    /// <summary>When it was seen (milliseconds since boot), where the source knows; null: when it was asked, or arrived.</summary>
    public long? BootTime { get; init; }

    public static Observation Of(ImmutableArray<NamedValue> values) => new(values, null);

    /// <summary>A lone value, whose name in the payload is "value".</summary>
    public static Observation Of(Value value, string? unit = null) => new([new NamedValue("value", value, unit)], null);

    public static Observation Of(ForwardedMessage message) => new([], null) { Message = message };

    /// <summary>Some values, and why others are missing.</summary>
    public static Observation Partly(ImmutableArray<NamedValue> values, SensorFailure? failure) => new(values, failure);

    public static Observation Failed(SensorFailure failure) => new([], failure);

    public static Observation Failed(SensorFailureKind kind, string message) => new([], new SensorFailure(kind, message));
}
