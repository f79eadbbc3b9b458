using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>The file system of the queue dies under the running agent, or will not be written; and what the agent says when it cannot start.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_system_that_becomes_read_only_or_fails_stops_no_sampling_and_writing_goes_on_when_it_is_back(bool becomesReadOnly)
    {
        var (disk, obstacle) = await CuttableDisk.TryMakeAsync(mebibytes: 32);
        Skip.If(disk is null, obstacle);
        await using (disk)
        {
            await using var broker = new Mosquitto(_folder);
            var counter = new CountingSensor(_folder, "counter", "50ms");
            await using var agent = await AgentProcess.StartAsync(_folder, ConfigurationOn(disk.Root, broker, counter.Yaml));
            await agent.WhenAsync(status => status.Queue.Depth >= 20, "20 readings in the queue");

            if (becomesReadOnly)
            {
                disk.FindError();
            }
            else
            {
                disk.Cut(flushesJournal: true);
            }

            await LoggedAsync(agent, "The queue cannot write");
            var reads = counter.Reads;
            await agent.WhenAsync(_ => counter.Reads >= reads + 20, "sampling to go on");
            await disk.RemountAsync();
            await LoggedAsync(agent, "The queue writes again");
            Assert.Empty(Directory.GetFiles(disk.Root, "*corrupt*"));

            await broker.StartAsync();
            await using var subscriber = await Subscriber.StartAsync(broker);
            await subscriber.WhenValuesAsync("test/counter", 1, counter.Reads);
            Assert.Equal(0, await agent.TerminateAsync());
            Assert.Equal(0, Accounting.Duplicates(subscriber));
        }
    }

    [SkippableFact]
    public async Task A_directory_that_may_not_be_written_ends_the_start_with_a_clear_error()
    {
        var (disk, obstacle) = await SmallDisk.TryMakeAsync(mebibytes: 1);
        Skip.If(disk is null, obstacle);
        await using (disk)
        {
            await disk.TurnReadOnlyAsync();

            await using var agent = AgentProcess.Launch(_folder, ConfigurationOn(disk.Root, new Mosquitto(_folder), "{id: load, type: system, interval: 1s}"));

            Assert.Contains(await agent.WhenExitedAsync(), (int[])[74, 77]);
            Assert.Contains(agent.Log, line => line.Contains("cannot be made", StringComparison.Ordinal) && line.Contains("queue.path", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_second_agent_on_the_same_file_ends_with_a_clear_error_and_harms_nothing()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, [counter.Yaml]));
        using var elsewhere = new TemporaryFolder();

        await using var second = AgentProcess.Launch(elsewhere, Configuration.Of(_folder, broker.Url, ["{id: load, type: system, interval: 1s}"]));

        Assert.Equal(74, await second.WhenExitedAsync());
        Assert.Contains(second.Log, line => line.Contains("in use by another process", StringComparison.Ordinal));
        await subscriber.WhenValuesAsync("test/counter", 1, counter.Reads + 5);
    }

    public void Dispose() => _folder.Dispose();

    private static Task LoggedAsync(AgentProcess agent, string text) =>
        agent.WhenAsync(_ => agent.Log.Any(line => line.Contains(text, StringComparison.Ordinal)), text);

    private string ConfigurationOn(string root, Mosquitto broker, params string[] sensors) =>
        FaultConfiguration.Of(_folder, broker, root, sensors);
}
