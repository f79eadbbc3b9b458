using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The configuration changed under a running agent, by SIGHUP, against a real mosquitto.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Twenty_reloads_under_load_lose_nothing_and_the_sensors_that_they_do_not_name_miss_no_reading()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var steady = new CountingSensor(_folder, "steady", "50ms");
        var restarted = new CountingSensor(_folder, "restarted", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, With(0));
        await subscriber.WhenValuesAsync("test/steady", 1, 3);

        for (var reload = 1; reload <= 20; reload++)
        {
            var isBroken = reload % 5 == 0;
            _folder.Write("edgeagent.yaml", isBroken ? "brokr: {}\n" : With(reload));
            await ReloadAsync(agent, reload);
            Assert.Equal(isBroken, (await agent.StatusAsync())!.Configuration is { ReloadError: not null });
            var seen = steady.Reads;
            await subscriber.WhenValuesAsync("test/steady", seen, seen + 2);
        }

        var readBefore = steady.Reads;
        var status = (await agent.StatusAsync())!;
        var readAfter = steady.Reads;
        var accepted = await Ending.FinishAsync(agent, _folder, broker);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        await Accounting.EverythingArrivedAsync(subscriber, steady);

        // The sensor is read once for each number, so a counter that began anew or a missed turn would show here.
        var sensor = status.Sensors.Single(sensor => sensor.Id == "steady");
        Assert.InRange(sensor.Readings, readBefore - 1, readAfter);
        Assert.Equal(16, agent.Log.Count(line => line.Contains("configuration read again", StringComparison.Ordinal)));
        Assert.Equal(4, agent.Log.Count(line => line.Contains("unknown key 'brokr'", StringComparison.Ordinal)));

        // Each reload that was applied changes the sensor `restarted`, each third the connection, each fourth a sensor that comes and goes.
        string With(int reload) => Configuration.Of(
            _folder,
            broker.Url,
            [
                steady.Yaml,
                restarted.Yaml.Replace("50ms", $"{50 + reload}ms", StringComparison.Ordinal),
                .. reload % 4 == 0 ? (string[])["{id: guest, type: system, interval: 50ms}"] : [],
            ]) + $"delivery: {{max_in_flight: {50 + (reload / 3)}}}\n";
    }

    [Fact]
    public async Task The_queues_limits_change_under_load_without_a_restart_and_log_status_and_systemd_say_it()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var steady = new CountingSensor(_folder, "steady", "50ms");
        await using var agent = await AgentProcess.StartAsync(_folder, With("loss_window: 0s"));
        await broker.StopAsync();

        for (var reload = 1; reload <= 10; reload++)
        {
            var depth = (await agent.StatusAsync())!.Queue.Depth;
            _folder.Write("edgeagent.yaml", With($"loss_window: 0s, max_size: {100 + reload}MiB, max_age: {reload}d, keep_free: {reload}MiB, when_full: {(reload % 2 == 0 ? "thin" : "drop_oldest")}"));
            await ReloadAsync(agent, reload);
            var status = await agent.WhenAsync(status => status.Queue.Depth > depth, "the sampling to go on");
            Assert.Equal((100 + reload) << 20, status.Queue.MaxBytes);
            Assert.Contains($"max_size {100 + reload}MiB (was ", status.Configuration!.Changed, StringComparison.Ordinal);
            Assert.Null(status.Configuration.WaitsForRestart);
        }

        Assert.Contains("; configuration of ", agent.Notifications.ToArray().Last(said => said.StartsWith("STATUS=", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(agent.Log, line => line.EndsWith(
            "configuration read again: queue: max_size 110MiB (was 109MiB), max_age 10d (was 9d), when_full thin (was drop_oldest), keep_free 10MiB (was 9MiB)", StringComparison.Ordinal));
        await broker.StartAsync();
        var accepted = await Ending.FinishAsync(agent, _folder, broker);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        await Accounting.EverythingArrivedAsync(subscriber, steady);

        string With(string queue) => Configuration.Of(_folder, broker.Url, [steady.Yaml]).Replace("loss_window: 1s", string.Join("\n  ", queue.Split(", ")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_tells_systemd_that_it_has_begun_and_that_it_is_over()
    {
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", []));

        _folder.Write("edgeagent.yaml", "sensors: {\n");
        await ReloadAsync(agent, 1);

        var said = agent.Notifications.ToArray();
        var begun = Array.IndexOf(said, "RELOADING=1");
        Assert.StartsWith("MONOTONIC_USEC=", said[begun + 1], StringComparison.Ordinal);
        Assert.Contains("READY=1", said[(begun + 1)..]);
        Assert.Contains("is not in force: 1 error", said.Last(line => line.StartsWith("STATUS=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_watch_a_saved_file_is_applied_without_a_signal()
    {
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", []), options: "--watch");

        _folder.Write("edgeagent.yaml", Configuration.Of(_folder, "mqtt://127.0.0.1:1", ["{id: machine, type: system, interval: 50ms}"]));

        await agent.WhenAsync(status => status.Sensors is [{ Id: "machine", Readings: > 0 }], "the new sensor's readings");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task ReloadAsync(AgentProcess agent, int number)
    {
        agent.Send(ProcessSignal.Hangup);
        await agent.Notifications.WhenAsync(said => said.Count(line => line == "READY=1") > number, $"the end of reload {number}");
    }
}
