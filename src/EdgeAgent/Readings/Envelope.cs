using System.Collections.Immutable;

namespace EdgeAgent.Readings;

/// <summary>How a payload is written.</summary>
internal enum PayloadFormat : byte
{
    Json = 0,
    Influx = 1,
    SenMl = 2,
    Raw = 3,
}

/// <summary>What happens to a sensor's readings while the broker is away.</summary>
internal enum OfflinePolicy : byte
{
    KeepAll = 0,
    KeepLatest = 1,
    Drop = 2,
}

/// <summary>The order in which a full queue gives things up, and a lane is served.</summary>
internal enum MessagePriority : byte
{
    Normal = 0,
    High = 1,
}

/// <summary>A value's name in the payload, and its unit where it has one.</summary>
internal readonly record struct Field(string Name, string? Unit);

/// <summary>
/// Everything about a message but its time, its number and its values: written once per sensor and set of fields, as it was
/// when the reading was taken, so that a later change of the configuration does not rewrite history. Immutable; equal
/// envelopes are one envelope.
/// </summary>
internal sealed record Envelope
{
    /// <summary>The id of the sensor it came from.</summary>
    public required string Sensor { get; init; }

    /// <summary>The gateway's name, for the formats that have it in the payload; null where the message was stored without.</summary>
    public string? Gateway { get; init; }

    /// <summary>The MQTT topic, complete, 1 to 65 535 bytes of UTF-8, no wildcards.</summary>
    public required string Topic { get; init; }

    /// <summary>Where it goes from the backlog; null: to <see cref="Topic"/>.</summary>
    public string? HistoryTopic { get; init; }

    public PayloadFormat Format { get; init; }

    /// <summary>What the agent's own keys are called, where the format is JSON.</summary>
    public JsonNames JsonNames { get; init; } = JsonNames.Default;

    /// <summary>In the order of the values in the message. Empty for a message that is kept as bytes.</summary>
    public ImmutableArray<Field> Fields { get; init; } = [];

    public bool Retain { get; init; }

    /// <summary>How long it is worth delivering; null: as long as the queue keeps it.</summary>
    public TimeSpan? Expiry { get; init; }

    public MessagePriority Priority { get; init; }

    public OfflinePolicy Offline { get; init; }

    /// <summary>MIME type of a message kept as bytes; null where unknown.</summary>
    public string? ContentType { get; init; }

    public bool Equals(Envelope? other) =>
        other is not null && Sensor == other.Sensor && Gateway == other.Gateway && Topic == other.Topic && HistoryTopic == other.HistoryTopic && Format == other.Format
        && JsonNames == other.JsonNames && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan()) && Retain == other.Retain && Expiry == other.Expiry
        && Priority == other.Priority && Offline == other.Offline && ContentType == other.ContentType;

    public override int GetHashCode() => HashCode.Combine(Sensor, Topic, Format, Fields.Length, Retain, Expiry, Priority, Offline);
}
