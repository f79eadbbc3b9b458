namespace EdgeAgent.Readings;

/// <summary>What a payload is made from.</summary>
internal readonly ref struct PayloadSource
{
    public required MessageBody Body { get; init; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public required long WallTime { get; init; }

    /// <summary>False where the clock had not been set by a trusted source.</summary>
    public required bool IsTimeSure { get; init; }

    /// <summary>True for a message of the backlog.</summary>
    public required bool IsHistorical { get; init; }

    /// <summary>The message's id as UTF-8.</summary>
    public required ReadOnlySpan<byte> Id { get; init; }
}
