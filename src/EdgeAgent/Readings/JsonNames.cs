namespace EdgeAgent.Readings;

/// <summary>
/// What the agent's own keys are called in a JSON payload: a platform may want <c>time</c> where others want <c>ts</c>. No two are the same,
/// none is empty. Immutable.
/// </summary>
internal sealed record JsonNames
{
    /// <summary>The names that nobody has changed.</summary>
    public static JsonNames Default { get; } = new();

    /// <summary>The time of the reading.</summary>
    public string Time { get; init; } = "ts";

    /// <summary>A lone value that its sensor has given no other name.</summary>
    public string Value { get; init; } = "value";

    public string Unit { get; init; } = "unit";

    public string Id { get; init; } = "id";

    /// <summary>The mark of a backlog message.</summary>
    public string Historical { get; init; } = "historical";

    /// <summary>The mark of an unsure time.</summary>
    public string Clock { get; init; } = "clock";

    /// <summary>The keys that no value of a sensor may have.</summary>
    public string[] Reserved => [Time, Id, Unit, Historical, Clock];
}
