namespace EdgeAgent.Tests;

/// <summary>What tests allow a machine that has other work.</summary>
internal static class BusyMachine
{
    /// <summary>How long to wait for what has to come. Long, because it costs time only where the test fails anyway.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
}
