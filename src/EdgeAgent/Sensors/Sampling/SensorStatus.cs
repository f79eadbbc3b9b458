using System.Collections.Immutable;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>What is known of one sensor at one moment, for status page and metrics. Immutable.</summary>
internal sealed record SensorStatus
{
    public required string Id { get; init; }

    /// <summary>The name of its kind.</summary>
    public required string Type { get; init; }

    /// <summary>As last read and processed, whether or not it was published; empty before the first.</summary>
    public ImmutableArray<NamedValue> LastValues { get; init; } = [];

    /// <summary>When those were read: milliseconds since boot; null before the first.</summary>
    public long? LastTime { get; init; }

    /// <summary>Readings with at least one value.</summary>
    public long Readings { get; init; }

    /// <summary>Readings handed to the queue: fewer where a deadband or an aggregate holds some back.</summary>
    public long Published { get; init; }

    /// <summary>Turns that were skipped because the one before was not over.</summary>
    public long MissedTurns { get; init; }

    /// <summary>Times that a streaming source was opened again.</summary>
    public long Restarts { get; init; }

    /// <summary>Failures so far, by kind.</summary>
    public ImmutableSortedDictionary<SensorFailureKind, long> Failures { get; init; } = ImmutableSortedDictionary<SensorFailureKind, long>.Empty;

    /// <summary>What is wrong now; null while all is well.</summary>
    public SensorFailure? CurrentFailure { get; init; }

    /// <summary>When that began: milliseconds since boot.</summary>
    public long? FailingSince { get; init; }

    /// <summary>True while a read that was given up has not returned.</summary>
    public bool IsStuck { get; init; }
}
