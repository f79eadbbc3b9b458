using System.Text.RegularExpressions;
using EdgeAgent.EndToEnd.Faults;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What is in the journal weeks later: a line for each change of state with its level, and no more.</summary>
public sealed partial class JournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_outage_from_the_start_to_the_stop_is_one_line_for_each_change_of_state(bool intoJournal)
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        var configuration = Configuration.Of(_folder, broker.Url, [new CountingSensor(_folder, "counter", "100ms").Yaml]);
        await using var agent = await (intoJournal ? AgentProcess.StartIntoJournalAsync(_folder, configuration) : AgentProcess.StartAsync(_folder, configuration));
        await agent.WhenAsync(status => status.Queue.Acknowledged > 5, "readings to be delivered");
        await broker.StopAsync();
        await agent.WhenAsync(status => status.Queue.Depth > 20, "a backlog");
        await broker.StartAsync();
        await agent.WhenLoggedAsync("drained");
        Assert.Equal(0, await agent.TerminateAsync());

        var lines = agent.Log.Select(line => (intoJournal ? InJournal() : ForPerson()).Match(line)).ToArray();
        Assert.All(lines, line => Assert.True(line.Success, string.Join('\n', agent.Log)));
        string[] warnings = intoJournal ? ["4"] : ["warn"];
        var unreachable = lines.Where(line => line.Groups["event"].Value == "3002").Select(line => line.Value).ToArray();

        // While the broker goes down and comes up, it may fail in other ways, one after the other.
        Assert.InRange(unreachable.Length, 1, 3);
        Assert.Equal(
            ["2000", "6002", "3001", "! 3004", "! 3002", "3001", "3008", "3005", "2001", "6003"],
            lines.Where(line => !unreachable.Skip(1).Contains(line.Value)).Select(line => (warnings.Contains(line.Groups["level"].Value) ? "! " : "") + line.Groups["event"].Value));
    }

    [SkippableFact]
    public async Task A_full_disk_is_one_line_for_as_long_as_it_is_full()
    {
        var (disk, obstacle) = await SmallDisk.TryMakeAsync(mebibytes: 4);
        Skip.If(disk is null, obstacle);
        await using (disk)
        {
            await using var broker = new Mosquitto(_folder);
            var counter = new CountingSensor(_folder, "counter", "50ms");
            var burst = new BurstSensor(_folder, "burst", 60_000);
            await using var agent = await AgentProcess.StartIntoJournalAsync(_folder, FaultConfiguration.Of(_folder, broker, disk.Root, counter.Yaml, burst.Yaml));
            await agent.WhenAsync(status => status.Queue.Depth >= 5, "readings in the queue");
            disk.Fill();
            burst.Release();
            await agent.WhenLoggedAsync("The queue cannot write");
            var reads = counter.Reads;
            await agent.WhenAsync(_ => counter.Reads >= reads + 100, "sampling to go on while the disk is full");
            disk.Free();
            await agent.WhenLoggedAsync("The queue writes again");
            Assert.Equal(0, await agent.TerminateAsync());

            Assert.Equal(
                ["6 2000", "6 6002", "4 3002", "3 2002", "6 2003", "6 2001", "6 6003"],
                agent.Log.Select(line => InJournal().Match(line)).Select(line => $"{line.Groups["level"].Value} {line.Groups["event"].Value}"));
        }
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("^<(?<level>[0-7])>[a-z]+\\[(?<event>[0-9]{4})\\] .+$")]
    private static partial Regex InJournal();

    [GeneratedRegex("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z (?<level>info|warn|fail|crit): [a-z]+\\[(?<event>[0-9]{4})\\] .+$")]
    private static partial Regex ForPerson();
}
