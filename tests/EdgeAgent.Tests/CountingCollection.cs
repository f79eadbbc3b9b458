namespace EdgeAgent.Tests;

/// <summary>Tests that count what the whole process holds, so nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountingCollection
{
    public const string Name = "counts what the process holds";
}
