using System.Collections.Immutable;

namespace EdgeAgent.Configuration;

/// <summary>What came of reading a configuration.</summary>
/// <param name="Config">Null where there is at least one error.</param>
/// <param name="Problems">Errors and warnings in the order of the files and their lines.</param>
/// <param name="Values">What the files set, key by key; also where there are errors.</param>
internal sealed record ConfigReading(AgentConfig? Config, ImmutableArray<Problem> Problems, KeyValues Values)
{
    /// <summary>What the configuration means for the field; null where there is none.</summary>
    public OfflinePlan? Plan { get; init; }

    /// <summary>0, 77 where the only thing wrong is a missing right, otherwise 78 (sysexits.h).</summary>
    public int ExitCode => Config is not null ? 0 : Problems.All(problem => problem.IsPermission || problem.Severity == Severity.Warning) ? 77 : 78;
}
