using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>How bad a problem is: with an error there is no configuration.</summary>
internal enum Severity
{
    Error,
    Warning,
}

/// <summary>Something in the configuration that the user should change.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Message">What is wrong, without the place.</param>
internal sealed record Problem(Severity Severity, string Message)
{
    /// <summary>Where; null where there is no text to point at (a missing file).</summary>
    public SourceSpan? Span { get; init; }

    /// <summary>The file, also where there is no text.</summary>
    public required string File { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }

    /// <summary>The file is there and may not be read: exit 77, not 78.</summary>
    public bool IsPermission { get; init; }
}
