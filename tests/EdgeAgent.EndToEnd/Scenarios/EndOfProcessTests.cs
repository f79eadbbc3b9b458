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

    [Fact]
    public async Task Programs_of_a_killed_agent_end_at_their_next_line_or_at_the_end_of_their_input()
    {
        var printing = _folder.Write("printing.sh", $"echo $$ >{_folder["printing"]}\nwhile :; do echo 1; sleep 0.1; done\n");
        var asked = _folder.Write("asked.sh", $"echo $$ >{_folder["asked"]}\nwhile read -r line; do echo 2; done\n");
        await using (var agent = await AgentProcess.StartAsync(
            _folder,
            Configuration.Of(
                _folder,
                "mqtt://127.0.0.1:1",
                [$"{{id: printing, type: execd, command: [/bin/sh, {printing}]}}", $"{{id: asked, type: execd, command: [/bin/sh, {asked}], signal: stdin, interval: 1h}}"])))
        {
            await agent.WhenAsync(static status => status.Sensors.All(static sensor => sensor.Readings > 0), "a reading of each");
            Assert.True(IsAlive("printing") && IsAlive("asked"));
            await agent.KillAsync();
        }

        // Orphans, of whose end nobody tells the test.
        using var deadline = new CancellationTokenSource(Feed<string>.Patience);
        while (IsAlive("printing") || IsAlive("asked"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Whether the program whose id is in the file runs; one that has ended may still be listed, as a zombie (proc(5)).</summary>
    private bool IsAlive(string file)
    {
        try
        {
            return !File.ReadAllText($"/proc/{File.ReadAllText(_folder[file]).Trim()}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
