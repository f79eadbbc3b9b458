using System.Collections.Immutable;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors;

/// <summary>Counts what the whole process holds, so nothing else may run meanwhile.</summary>
[Collection(CountingCollection.Name)]
public sealed class LeakTests
{
    [Fact]
    public async Task A_thousand_failures_leak_neither_handles_nor_processes()
    {
        await RunAsync(["/bin/sh", "-c", "exit 1"]);
        var handles = Processes.OpenFiles();
        string[][] commands = [["/no/such/program"], ["/bin/false"], ["/bin/echo", "rubbish"], ["/bin/sh", "-c", "echo noise >&2; exit 4"]];

        for (var i = 0; i < 1000; i++)
        {
            Assert.NotNull((await RunAsync(commands[i % commands.Length])).Failure);
        }

        Assert.InRange(Processes.OpenFiles(), 0, handles + 8);
        Assert.Empty(Processes.ZombieChildren());
    }

    private static Task<Observation> RunAsync(string[] command) =>
        Some.ReadAsync(ExecSensor.Kind, null, ("command", command.ToImmutableArray()));
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountingCollection
{
    public const string Name = "counts what the process holds";
}
