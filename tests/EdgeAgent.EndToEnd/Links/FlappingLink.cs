using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Links;

/// <summary>
/// A link that fails and comes back, in turn and in a way of chance: connections reset, the cable out, or silence in one direction,
/// while a backlog drains and two sensors are read. Nothing may be lost, and no message be blamed for it.
/// </summary>
internal sealed class FlappingLink(TemporaryFolder folder, int seed)
{
    public async Task EndureAsync(int backlog, int faults, TimeSpan each)
    {
        await using var link = await Link.StartAsync(delay: TimeSpan.FromMilliseconds(20), rate: "1mbit", seed: seed);
        await using var broker = await Mosquitto.StartAsync(folder, link.Far);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(folder, "counter", "200ms");
        var burst = new BurstSensor(folder, "burst", backlog);
        await using var agent = await AgentProcess.StartAsync(
            folder, Configuration.Of(folder, broker.Url, [counter.Yaml, burst.Yaml], keepAlive: "1s"), link.Near);
        await subscriber.WhenValuesAsync("test/counter", 1, 2);
        burst.Release();

        var random = new Random(seed);
        using var timer = new PeriodicTimer(each, TimeProvider.System);
        Func<Task>[] kinds = [link.ResetAsync, link.UnplugAsync, link.SilenceAgentAsync, link.SilenceBrokerAsync];
        for (var i = 0; i < faults; i++)
        {
            await timer.WaitForNextTickAsync();
            await kinds[random.Next(kinds.Length)]();
            await timer.WaitForNextTickAsync();
            await link.HealAsync();
        }

        await subscriber.WhenValuesAsync(burst.Topic, 1, backlog);
        var status = await agent.WhenAsync(status => status.Broker.State == "connected" && status.Queue.Depth < 20, "the queue to be empty");
        var accepted = await Ending.FinishAsync(agent, folder, broker, link.Near);

        Assert.True(status.Broker.Connections > 1, $"the link never failed, seed {seed}");
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Assert.DoesNotContain(subscriber.Others.ToArray(), line => line.StartsWith("test/ledger", StringComparison.Ordinal));
    }
}
