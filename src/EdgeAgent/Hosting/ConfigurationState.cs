using EdgeAgent.Configuration;

namespace EdgeAgent.Hosting;

/// <summary>Which configuration the agent runs with. Thread-safe.</summary>
internal sealed class ConfigurationState(string path, TimeProvider time)
{
    private volatile ConfigurationReport _report = new(path, time.GetUtcNow(), null, null);

    public ConfigurationReport Report => _report;

    /// <summary>Another configuration has been taken over.</summary>
    public void Reloaded(ConfigDifference difference) => _report = new(path, time.GetUtcNow(), null, null)
    {
        Changed = (difference with { NeedsRestart = [] }).ToString(),
        WaitsForRestart = difference.NeedsRestart.IsEmpty ? null : string.Join(", ", difference.NeedsRestart),
    };

    /// <summary>A reload was refused, and the configuration before it goes on.</summary>
    /// <param name="reason">One line for people; no values of the file, which may be secret.</param>
    public void Refused(string reason) => _report = _report with { ReloadRefused = time.GetUtcNow(), ReloadError = reason };
}

/// <param name="Path">The file.</param>
/// <param name="Loaded">When the running configuration was taken over.</param>
/// <param name="ReloadRefused">When the latest reload was refused; null where the running configuration is that of the file at the latest reload.</param>
/// <param name="ReloadError">Why.</param>
internal sealed record ConfigurationReport(string Path, DateTimeOffset Loaded, DateTimeOffset? ReloadRefused, string? ReloadError)
{
    /// <summary>What the latest reload applied; null: there was none.</summary>
    public string? Changed { get; init; }

    /// <summary>The keys whose change waits for a restart, with commas; null: none.</summary>
    public string? WaitsForRestart { get; init; }
}
