using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Links;

/// <summary>
/// A link that fails and comes back, in turn and in a way of chance: connections reset, the cable out, or silence in one direction,
/// while a backlog drains and two sensors are read. Nothing may be lost, and no message be blamed for it.
/// </summary>
internal sealed class FlappingLink(TemporaryFolder folder, int seed)
{
    /// <summary>Over a link of the kernel's.</summary>
    public async Task EndureAsync(int backlog, int faults, TimeSpan each)
    {
        await using var link = await Link.StartAsync(delay: TimeSpan.FromMilliseconds(20), rate: "1mbit", seed: seed);
        await using var broker = await Mosquitto.StartAsync(folder, link.Far);
        await EndureAsync(
            broker, broker.Url, link.Near, [link.ResetAsync, link.UnplugAsync, link.SilenceAgentAsync, link.SilenceBrokerAsync], link.HealAsync, backlog, faults, each);
    }

    /// <summary>Over a relay, which cannot take the route away.</summary>
    public async Task EndureRelayedAsync(int backlog, int faults, TimeSpan each)
    {
        await using var broker = await Mosquitto.StartAsync(folder);
        await using var relay = Relay.Start(broker.Port, TimeSpan.FromMilliseconds(20), bitsPerSecond: 1_000_000);
        await EndureAsync(broker, relay.Url, null, [relay.ResetAsync, relay.SilenceAgentAsync, relay.SilenceBrokerAsync], relay.HealAsync, backlog, faults, each);
    }

    private async Task EndureAsync(
        Mosquitto broker, string url, NetworkNamespace? near, Func<Task>[] kinds, Func<Task> healAsync, int backlog, int faults, TimeSpan each)
    {
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(folder, "counter", "200ms");
        var burst = new BurstSensor(folder, "burst", backlog);
        await using var agent = await AgentProcess.StartAsync(folder, Configuration.Of(folder, url, [counter.Yaml, burst.Yaml], keepAlive: "1s"), near);
        await subscriber.WhenValuesAsync("test/counter", 1, 2);
        burst.Release();

        var random = new Random(seed);
        using var timer = new PeriodicTimer(each, TimeProvider.System);
        for (var i = 0; i < faults; i++)
        {
            await timer.WaitForNextTickAsync();

            // The first breaks the connection for sure; silence may be over before it is noticed.
            await kinds[i == 0 ? 0 : random.Next(kinds.Length)]();
            await timer.WaitForNextTickAsync();
            await healAsync();
        }

        await subscriber.WhenValuesAsync(burst.Topic, 1, backlog);
        var status = await agent.WhenAsync(status => status.Broker.State == "connected" && status.Queue.Depth < 20, "the queue to be empty");
        var accepted = await Ending.FinishAsync(agent, folder, broker, near);

        Assert.True(status.Broker.Connections > 1, $"the link never failed, seed {seed}");
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Assert.DoesNotContain(subscriber.Others.ToArray(), line => line.StartsWith("test/ledger", StringComparison.Ordinal));
    }
}
