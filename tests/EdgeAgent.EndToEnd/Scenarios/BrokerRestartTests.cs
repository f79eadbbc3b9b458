using EdgeAgent.EndToEnd.Harness;
using EdgeAgent.EndToEnd.Links;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>A real mosquitto that goes in the midst of a drain and comes back, with what it knew of its clients and without.</summary>
public sealed class BrokerRestartTests : IDisposable
{
    private const int Backlog = 2_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_broker_that_restarts_with_its_sessions_in_the_midst_of_a_drain_gets_everything_in_order()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        var burst = new BurstSensor(_folder, "burst", Backlog);
        await using var agent = await StartAsync(broker.Url, counter, burst);
        await subscriber.WhenValuesAsync("test/counter", 1, 2);

        burst.Release();
        for (var restart = 1; restart <= 3; restart++)
        {
            await DrainsAsync(agent, restart, subscriber, burst, restart * Backlog / 4);
            await broker.StopAsync();
            await broker.StartAsync();
        }

        await EverythingCameInOrderAsync(agent, broker, subscriber, counter, burst);
    }

    [Fact]
    public async Task A_broker_that_stops_and_forgets_its_sessions_in_the_midst_of_a_drain_gets_everything_in_order()
    {
        await using var broker = await Mosquitto.StartAsync(_folder, "persistence false");
        await using var relay = Relay.Start(broker.Port);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        var burst = new BurstSensor(_folder, "burst", Backlog);
        await using var agent = await StartAsync(relay.Url, counter, burst);
        await subscriber.WhenValuesAsync("test/counter", 1, 2);

        burst.Release();
        for (var restart = 1; restart <= 2; restart++)
        {
            await DrainsAsync(agent, restart, subscriber, burst, restart * Backlog / 3);

            // The broker keeps nothing for the witness: what the agent holds for accepted must have come before the broker goes,
            // and the agent may come again only when the witness is there.
            await relay.ResetAsync();
            await subscriber.WhenUpToDateAsync(broker);
            await broker.StopAsync();
            await broker.StartAsync();
            await subscriber.WhenSubscribedAsync(broker);
            await relay.HealAsync();
        }

        await EverythingCameInOrderAsync(agent, broker, subscriber, counter, burst);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Waits until the agent has made as many connections and so much of the backlog has come.</summary>
    private static async Task DrainsAsync(AgentProcess agent, int connections, Subscriber subscriber, BurstSensor burst, int count)
    {
        await agent.WhenAsync(status => status.Broker.Connections >= connections, $"connection {connections}");
        await subscriber.Deliveries.WhenAsync(all => all.Count(delivery => delivery.Topic == burst.Topic) >= count, $"{count} messages of the backlog");
    }

    /// <summary>With a rate, so that the drain lasts for as long as a broker takes to restart.</summary>
    private Task<AgentProcess> StartAsync(string url, CountingSensor counter, BurstSensor burst) =>
        AgentProcess.StartAsync(_folder, Configuration.Of(_folder, url, [counter.Yaml, burst.Yaml]) + "delivery: {rate: 800/s}\n");

    private async Task EverythingCameInOrderAsync(AgentProcess agent, Mosquitto broker, Subscriber subscriber, CountingSensor counter, BurstSensor burst)
    {
        await subscriber.WhenValuesAsync(burst.Topic, 1, Backlog);
        var status = (await agent.StatusAsync())!;
        var accepted = await Ending.FinishAsync(agent, _folder, broker);

        Assert.True(status.Broker.Connections >= 2, $"{status.Broker.Connections} connections");
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }
}
