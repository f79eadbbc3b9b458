using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>Bytes of the queue file change, under the running agent and between two runs of it.</summary>
public sealed class DamageTests : IDisposable
{
    /// <summary>More than memory and SQLite's cache hold, so that the file has to be read.</summary>
    private const int Readings = 100_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_file_that_is_damaged_while_the_agent_runs_is_moved_aside_and_salvaged_without_an_end_of_anything()
    {
        await using var broker = new Mosquitto(_folder);
        var (agent, counter) = await WithBacklogAsync(broker);
        await using (agent)
        {
            Damage(from: 0.2, to: 0.6);
            await broker.StartAsync();
            await using var subscriber = await Subscriber.StartAsync(broker);
            await ToldAsync(subscriber);
            var reads = counter.Reads;
            await subscriber.WhenValuesAsync("test/counter", reads + 1, reads + 5);

            Assert.NotEmpty(Directory.GetFiles(_folder.Path, "queue.db.corrupt-*"));
            await SalvagedAsync(subscriber);
            Assert.Equal(0, await agent.TerminateAsync());
        }
    }

    [Theory]
    [InlineData(0, 0.00001)]
    [InlineData(0.3, 0.5)]
    public async Task A_file_that_was_damaged_between_two_runs_is_moved_aside_and_the_agent_starts(double from, double to)
    {
        await using var broker = new Mosquitto(_folder);
        var (first, counter) = await WithBacklogAsync(broker);
        await using (first)
        {
            Assert.Equal(0, await first.TerminateAsync());
        }

        Damage(from, to);
        await broker.StartAsync();
        await using var subscriber = await Subscriber.StartAsync(broker);
        await using var agent = await AgentProcess.StartAsync(_folder, ConfigurationOf(broker, counter.Yaml));
        await ToldAsync(subscriber);
        var reads = counter.Reads;
        await subscriber.WhenValuesAsync("test/counter", reads + 1, reads + 5);

        // A second for the queue, the rest for what a busy machine needs longer now than at the first start.
        Assert.InRange(agent.StartTime - first.StartTime, TimeSpan.MinValue, TimeSpan.FromSeconds(5));
        Assert.NotEmpty(Directory.GetFiles(_folder.Path, "queue.db.corrupt-*"));
        await SalvagedAsync(subscriber);
        Assert.Equal(0, await agent.TerminateAsync());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Waits until the ledger says what could not be read.</summary>
    private static Task ToldAsync(Subscriber subscriber) =>
        subscriber.Others.WhenAnyAsync(line => line.Contains("\"unreadable\"", StringComparison.Ordinal) && line.Contains("corrupt-", StringComparison.Ordinal), "the ledger's entry");

    /// <summary>Waits for a part of the backlog that memory alone could not give.</summary>
    private static Task SalvagedAsync(Subscriber subscriber) => subscriber.Deliveries.WhenAsync(all => all.Count > Readings / 2, "what could be read");

    private async Task<(AgentProcess Agent, CountingSensor Counter)> WithBacklogAsync(Mosquitto broker)
    {
        var counter = new CountingSensor(_folder, "counter", "50ms");
        var burst = new BurstSensor(_folder, "burst", Readings);
        var agent = await AgentProcess.StartAsync(_folder, ConfigurationOf(broker, counter.Yaml, burst.Yaml));
        burst.Release();
        await agent.WhenAsync(status => status.Queue.Depth > Readings && status.Queue.DiskBytes > 12 * Readings, "the backlog on the disk");
        return (agent, counter);
    }

    private string ConfigurationOf(Mosquitto broker, params string[] sensors) => Configuration.Of(_folder, broker.Url, sensors);

    /// <summary>Flips a byte in every page of a part of the file.</summary>
    private void Damage(double from, double to)
    {
        const int PageSize = 1024;
        using var file = new FileStream(_folder["queue.db"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var at = (long)(file.Length * from / PageSize) * PageSize; at < file.Length * to; at += PageSize)
        {
            file.Position = at;
            var first = (byte)file.ReadByte();
            file.Position = at;
            file.WriteByte((byte)(first ^ 0xFF));
        }
    }
}
