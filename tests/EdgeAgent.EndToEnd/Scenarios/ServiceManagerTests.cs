using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What the agent tells systemd, with the test in the place of systemd.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_is_ready_without_a_broker_feeds_the_watchdog_and_says_when_it_stops()
    {
        await using var agent = await AgentProcess.StartAsync(
            _folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", ["{id: machine, type: system, interval: 100ms}"]));

        await agent.Notifications.WhenAsync(said => said.Count(line => line == "WATCHDOG=1") >= 3, "three signs of life");
        Assert.Equal(0, await agent.TerminateAsync());

        await agent.Notifications.WhenAnyAsync(line => line == "STOPPING=1", "STOPPING=1");
    }

    [Fact]
    public async Task A_wrong_command_line_is_a_usage_error()
    {
        var unknown = await ChildProcess.RunAsync(AgentProcess.Binary, "walk");

        Assert.Equal(64, unknown.ExitCode);
        Assert.Contains("walk", unknown.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
