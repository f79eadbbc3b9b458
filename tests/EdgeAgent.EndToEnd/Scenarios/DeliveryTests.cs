using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The main job against a real mosquitto, with nothing going wrong but the broker being away.</summary>
public sealed class DeliveryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("auto", "5.0")]
    [InlineData("5.0", "5.0")]
    [InlineData("3.1.1", "3.1.1")]
    public async Task Readings_are_delivered_in_order_and_once_while_the_broker_is_there(string protocol, string spoken)
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, [counter.Yaml], protocol: protocol));

        await subscriber.WhenValuesAsync("test/counter", 1, 20);
        var status = (await agent.StatusAsync())!;
        var accepted = await Ending.FinishAsync(agent, _folder, broker);

        Assert.Equal(("connected", spoken), (status.Broker.State, status.Broker.Protocol));
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Accounting.InOrderPerTopicAndLane(subscriber);
        Assert.Equal(0, Accounting.Duplicates(subscriber));
    }

    [Fact]
    public async Task Everything_read_in_a_minute_without_the_broker_is_delivered_in_order_when_it_is_back()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var value = _folder.Write("value", "21.5\n");
        var counter = new CountingSensor(_folder, "counter", "200ms");
        await using var agent = await AgentProcess.StartAsync(
            _folder,
            Configuration.Of(
                _folder,
                broker.Url,
                [counter.Yaml, $"{{id: temp, type: file, path: {value}, interval: 50ms}}", "{id: load, type: system, interval: 100ms}"]));
        await subscriber.WhenValuesAsync("test/counter", 1, 3);

        await broker.StopAsync();
        var atStop = (await agent.WhenAsync(status => status.Broker.State != "connected", "the broker to be missed")).Queue.Accepted;
        const int MinuteOfReadings = 60 * (5 + 20 + 10);
        var away = await agent.WhenAsync(
            status => status.Queue.Accepted >= atStop + MinuteOfReadings, "a minute's worth of readings", TimeSpan.FromMinutes(4));
        await broker.StartAsync();
        await agent.WhenAsync(status => status.Broker.State == "connected" && status.Queue.Depth < 100, "the backlog to be drained");
        var accepted = await Ending.FinishAsync(agent, _folder, broker);

        Assert.True(away.Queue.Depth >= MinuteOfReadings, $"the queue held {away.Queue.Depth}");
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Accounting.InOrderPerTopicAndLane(subscriber);
        Assert.Subset(subscriber.Deliveries.ToArray().Select(delivery => delivery.Topic).ToHashSet(), new HashSet<string> { "test/counter", "test/temp", "test/load" });
    }

    [Fact]
    public async Task A_broker_that_is_absent_at_the_start_costs_nothing_once_it_comes()
    {
        await using var broker = new Mosquitto(_folder);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, [counter.Yaml]));
        var alone = await agent.WhenAsync(status => status.Queue.Depth >= 40, "40 readings in the queue");

        await broker.StartAsync();
        await using var subscriber = await Subscriber.StartAsync(broker);
        await subscriber.WhenValuesAsync("test/counter", 41, 60);
        Assert.Equal(0, await agent.TerminateAsync());

        Assert.NotEqual("connected", alone.Broker.State);
        Assert.NotNull(alone.Broker.LastError);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }

    public void Dispose() => _folder.Dispose();
}
