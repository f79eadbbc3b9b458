using System.Globalization;
using System.Text.Json;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>The disk of the queue has not a byte left, at every stage; sampling and delivery go on, and writing does when there is room again.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task A_disk_that_is_full_at_the_start_stops_neither_sampling_nor_the_drain()
    {
        await using var disk = await DiskAsync();
        await using var broker = new Mosquitto(_folder);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        var configuration = ConfigurationOn(disk, broker, counter.Yaml);
        await using (var first = await AgentProcess.StartAsync(_folder, configuration))
        {
            await first.WhenAsync(status => status.Queue.Depth >= 20, "20 readings in the queue");
            Assert.Equal(0, await first.TerminateAsync());
        }

        var readsBefore = counter.Reads;
        disk.Fill();
        await broker.StartAsync();
        await using var subscriber = await Subscriber.StartAsync(broker);
        await using var agent = await AgentProcess.StartAsync(_folder, configuration);

        // The last read before the stop may have been cut short, and then was never a reading.
        await subscriber.WhenValuesAsync("test/counter", 1, readsBefore - 1);
        await subscriber.WhenValuesAsync("test/counter", readsBefore + 1, counter.Reads + 5);
        Assert.Equal(0, await agent.TerminateAsync());
        Assert.Equal(0, Accounting.Duplicates(subscriber));
    }

    [SkippableFact]
    public async Task A_disk_that_fills_while_the_broker_is_away_costs_only_what_memory_cannot_hold_and_the_ledger_counts_it()
    {
        const int Readings = 60_000;
        await using var disk = await DiskAsync();
        await using var broker = new Mosquitto(_folder);
        var burst = new BurstSensor(_folder, "burst", Readings);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        await using var agent = await AgentProcess.StartAsync(_folder, ConfigurationOn(disk, broker, counter.Yaml, burst.Yaml));
        await agent.WhenAsync(status => status.Queue.Depth >= 5, "readings in the queue");

        disk.Fill();
        burst.Release();
        await agent.WhenAsync(status => status.Sensors.Any(sensor => sensor.Id == "burst" && sensor.Readings >= Readings), "the burst to be read");
        Assert.Contains(agent.Log, line => line.Contains("The queue cannot write", StringComparison.Ordinal));
        var reads = counter.Reads;
        await agent.WhenAsync(_ => counter.Reads >= reads + 5, "sampling to go on");
        Assert.InRange(AnonymousMemory(agent), 1, 80 << 20);

        disk.Free();
        await agent.WhenAsync(_ => agent.Log.Any(line => line.Contains("The queue writes again", StringComparison.Ordinal)), "the queue to write again");
        await broker.StartAsync();
        await using var subscriber = await Subscriber.StartAsync(broker);
        await subscriber.Deliveries.WhenAsync(all => all.Count(delivery => delivery.Topic == burst.Topic) + Overrun(subscriber) >= Readings, "all to be delivered or accounted for");

        Assert.Equal(Readings, subscriber.On(burst.Topic).DistinctBy(delivery => delivery.Id).Count() + Overrun(subscriber));
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [SkippableFact]
    public async Task A_full_disk_does_not_stop_the_drain_though_another_program_takes_all_that_becomes_free()
    {
        const int Readings = 8_000;
        await using var disk = await DiskAsync();
        await using var broker = new Mosquitto(_folder);
        var burst = new BurstSensor(_folder, "burst", Readings);
        var configuration = ConfigurationOn(disk, broker, burst.Yaml);
        await using (var agent = await AgentProcess.StartAsync(_folder, configuration))
        {
            burst.Release();
            await agent.WhenAsync(status => status.Queue.Depth >= Readings, "the burst in the queue");
            await agent.TerminateAsync();
        }

        File.Delete(_folder["burst"]);
        disk.Fill();
        await using var eater = disk.LetAnotherProgramEat();
        await broker.StartAsync();
        await using var subscriber = await Subscriber.StartAsync(broker);
        await using (var agent = await AgentProcess.StartAsync(_folder, configuration))
        {
            await agent.WhenAsync(status => status.Queue.Depth == 0, "the queue to be drained");
            Assert.Equal(0, await agent.TerminateAsync());
        }

        await using var last = await AgentProcess.StartAsync(_folder, configuration);
        var status = await last.WhenAsync(status => status.Broker.State == "connected", "the connection");
        Assert.Equal(0, status.Queue.Depth);
        await subscriber.Deliveries.WhenAsync(all => all.Count >= Readings, "all of the burst");
        Assert.Equal(Readings, subscriber.On(burst.Topic).DistinctBy(delivery => delivery.Id).Count());
        Assert.Equal(0, Accounting.Duplicates(subscriber));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<SmallDisk> DiskAsync()
    {
        var (disk, obstacle) = await SmallDisk.TryMakeAsync(mebibytes: 4);
        Skip.If(disk is null, obstacle);
        return disk;
    }

    private string ConfigurationOn(SmallDisk disk, Mosquitto broker, params string[] sensors) =>
        FaultConfiguration.Of(_folder, broker, disk.Root, sensors);

    /// <summary>How many readings the ledger, as it was delivered, says were lost because memory was full.</summary>
    private static long Overrun(Subscriber subscriber) => subscriber.Others.ToArray()
        .Where(line => line.StartsWith("test/ledger ", StringComparison.Ordinal))
        .Select(line => JsonDocument.Parse(line["test/ledger ".Length..]).RootElement)
        .Where(entry => entry.GetProperty("reason").GetString() == "overrun" && entry.GetProperty("topic").GetString() == "test/burst")
        .DistinctBy(entry => entry.GetProperty("id").GetString())
        .Sum(entry => entry.GetProperty("count").GetInt64());

    /// <summary>RssAnon of proc(5), bytes.</summary>
    private static long AnonymousMemory(AgentProcess agent) =>
        1024 * long.Parse(File.ReadLines($"/proc/{agent.Id}/status").First(line => line.StartsWith("RssAnon", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
