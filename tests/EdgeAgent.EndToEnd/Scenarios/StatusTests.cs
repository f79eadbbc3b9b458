using System.Text.Json;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What the agent measures of itself, against a real mosquitto.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_measures_delivery_and_remembers_it_when_the_broker_is_gone()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, [counter.Yaml]));

        var busy = await agent.WhenAsync(status => status.Rates.DeliveredPerS > 5, "a rate of delivery");
        await broker.StopAsync();
        var away = await agent.WhenAsync(status => status.Broker.State != "connected" && status.Queue.Depth > 10, "a queue");

        Assert.InRange(busy.Rates.AcknowledgementP50Ms!.Value, 0.001, 1_000);
        Assert.InRange(busy.Broker.Published, 10, long.MaxValue);
        Assert.Equal("ok", busy.Sensors[0].State);
        Assert.InRange(busy.Queue.FreeBytes!.Value, 1, long.MaxValue);
        Assert.InRange(away.Broker.SinceAcknowledgementMs!.Value, 100, 60_000);
        Assert.InRange(away.Broker.ConnectedS, busy.Broker.ConnectedS, 3_600);
    }

    [Fact]
    public async Task The_system_sensor_publishes_the_agents_own_counters()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        await using var agent = await AgentProcess.StartAsync(
            _folder, Configuration.Of(_folder, broker.Url, ["{id: own, type: system, interval: 100ms, only: [accepted, connected_time, queue_depth]}"]));

        await subscriber.Deliveries.WhenAsync(
            deliveries => deliveries.Any(delivery => delivery.Topic == "test/own" && JsonDocument.Parse(delivery.Payload).RootElement.GetProperty("accepted").GetInt64() > 1),
            "the counter of accepted readings");
    }

    public void Dispose() => _folder.Dispose();
}
