namespace EdgeAgent.EndToEnd.Harness;

/// <summary>Ends a scenario so that everything can be counted.</summary>
internal static class Ending
{
    /// <summary>
    /// Stops the agent cleanly. What had no acknowledgement at that moment was kept, so a second start, that reads next to nothing,
    /// delivers it.
    /// </summary>
    /// <returns>How many readings were accepted in all.</returns>
    public static async Task<long> FinishAsync(AgentProcess agent, TemporaryFolder folder, Mosquitto broker, NetworkNamespace? within = null)
    {
        var accepted = await StopAsync(agent);
        if (agent.Account.Queued == 0)
        {
            return accepted;
        }

        await agent.DisposeAsync();
        await using var second = await AgentProcess.StartAsync(
            folder, Configuration.Of(folder, broker.Url, ["{id: idle, type: file, path: /proc/sys/kernel/pid_max, interval: 1d}"]), within);
        await second.WhenAsync(status => status.Queue.Depth == 0, "the rest to be delivered");
        return accepted + await StopAsync(second);
    }

    private static async Task<long> StopAsync(AgentProcess agent)
    {
        var exitCode = await agent.TerminateAsync();
        return exitCode == 0
            ? agent.Account.Accepted
            : throw new InvalidOperationException($"the agent ended with exit code {exitCode}:\n{string.Join('\n', agent.Log.TakeLast(20))}");
    }
}
