using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What survives the end of the process while the broker is away.</summary>
public sealed class EndOfProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("1s", 1.5)]
    [InlineData("0s", 0)]
    public async Task A_kill_while_offline_costs_nothing_older_than_the_loss_window(string lossWindow, double secondsBeforeKill)
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        var configuration = Configuration.Of(_folder, broker.Url, [counter.Yaml], lossWindow);
        int known;
        await using (var agent = await AgentProcess.StartAsync(_folder, configuration))
        {
            await subscriber.WhenValuesAsync("test/counter", 1, 5);
            await broker.StopAsync();
            known = (int)(await agent.WhenAsync(status => status.Queue.Depth >= 40, "40 readings in the queue")).Queue.Accepted;
            await Task.Delay(TimeSpan.FromSeconds(secondsBeforeKill), TimeProvider.System);
            await agent.KillAsync();
        }

        await using var restarted = await AgentProcess.StartAsync(_folder, configuration);
        await broker.StartAsync();

        await subscriber.WhenValuesAsync("test/counter", 1, known);
        var afterwards = counter.Reads + 5;
        await subscriber.WhenValuesAsync("test/counter", afterwards, afterwards);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }

    [Theory]
    [InlineData(nameof(ProcessSignal.Terminate))]
    [InlineData(nameof(ProcessSignal.Interrupt))]
    public async Task A_clean_stop_while_offline_costs_nothing(string signal)
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        var configuration = Configuration.Of(_folder, broker.Url, [counter.Yaml], lossWindow: "5m");
        int reads;
        await using (var agent = await AgentProcess.StartAsync(_folder, configuration))
        {
            await subscriber.WhenValuesAsync("test/counter", 1, 5);
            await broker.StopAsync();
            await agent.WhenAsync(status => status.Queue.Depth >= 40, "40 readings in the queue");
            agent.Send(Enum.Parse<ProcessSignal>(signal));
            Assert.Equal(0, await agent.WhenExitedAsync());
            Assert.Contains("STOPPING=1", agent.Notifications.ToArray());
            reads = counter.Reads;
        }

        await using var restarted = await AgentProcess.StartAsync(_folder, configuration);
        await broker.StartAsync();

        // The last read may have been cut short, and then was never a reading.
        await subscriber.WhenValuesAsync("test/counter", 1, reads - 1);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }

    public void Dispose() => _folder.Dispose();
}
