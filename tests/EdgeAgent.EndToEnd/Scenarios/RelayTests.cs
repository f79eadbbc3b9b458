using EdgeAgent.EndToEnd.Harness;
using EdgeAgent.EndToEnd.Links;
using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>Bad links that every machine can make: a relay between the agent and a real mosquitto. <see cref="LinkTests"/> has the kernel's.</summary>
public sealed class RelayTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_slow_relay_costs_nothing_and_changes_no_order()
    {
        const int Backlog = 1_000;
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var relay = Relay.Start(broker.Port, TimeSpan.FromMilliseconds(100), bitsPerSecond: 512_000);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        var burst = new BurstSensor(_folder, "burst", Backlog);
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, relay.Url, [counter.Yaml, burst.Yaml], keepAlive: "30s"));
        await subscriber.WhenValuesAsync("test/counter", 1, 2);
        await relay.ResetAsync();
        await agent.WhenAsync(status => status.Broker.State != "connected", "the link to be missed");
        burst.Release();
        await agent.WhenAsync(status => status.Queue.Depth >= Backlog, "the backlog");

        await relay.HealAsync();
        await subscriber.WhenValuesAsync(burst.Topic, 1, Backlog);
        var accepted = await Ending.FinishAsync(agent, _folder, broker);

        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_relay_that_falls_silent_in_one_direction_is_noticed_and_costs_nothing(bool brokerFallsSilent)
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var relay = Relay.Start(broker.Port);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, relay.Url, [counter.Yaml], keepAlive: "1s"));
        await subscriber.WhenValuesAsync("test/counter", 1, 3);

        await (brokerFallsSilent ? relay.SilenceBrokerAsync() : relay.SilenceAgentAsync());
        await agent.WhenAsync(status => status.Broker.State != "connected", "the silence to be noticed");
        var missed = counter.Reads;
        await relay.HealAsync();
        await subscriber.WhenValuesAsync("test/counter", missed, missed + 3);
        var accepted = await Ending.FinishAsync(agent, _folder, broker);

        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
    }

    [Fact]
    public async Task A_flapping_relay_loses_nothing_and_makes_no_dead_letter()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await new FlappingLink(_folder, seed).EndureRelayedAsync(backlog: 1_000, faults: 5, TimeSpan.FromMilliseconds(500));
    }

    public void Dispose() => _folder.Dispose();
}
