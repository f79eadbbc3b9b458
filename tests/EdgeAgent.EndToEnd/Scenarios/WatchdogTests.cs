using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The watchdog with a writer that really hangs: the queue's file system is frozen under it.</summary>
public sealed class WatchdogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task A_writer_that_hangs_in_the_kernel_is_fed_no_more_and_is_again_when_it_goes_on()
    {
        var (disk, obstacle) = await FreezableDisk.TryMakeAsync(_folder);
        Skip.If(disk is null, obstacle);
        await using var frozen = disk!;
        var configuration = Configuration.Of(_folder, "mqtt://127.0.0.1:1", [new CountingSensor(_folder, "counter", "50ms").Yaml])
            .Replace("loss_window: 1s", "loss_window: 1s\n  keep_free: 1MiB", StringComparison.Ordinal)
            .Replace(_folder["queue.db"], Path.Combine(disk!.Path, "queue.db"), StringComparison.Ordinal);
        await using var agent = await AgentProcess.StartAsync(_folder, configuration);
        await agent.WhenAsync(static status => status.Queue.WrittenBytes > 0, "a write");

        await disk.FreezeAsync();
        try
        {
            await agent.WhenLoggedAsync("the store has not gone round");
            var fed = Fed(agent);
            await agent.WhenAsync(_ => agent.Notifications.ToArray().Count(static said => said.StartsWith("STATUS=", StringComparison.Ordinal)) > 10, "the reporter to go on");
            Assert.Equal(fed, Fed(agent));
        }
        finally
        {
            await disk.ThawAsync();
        }

        var before = Fed(agent);
        await agent.Notifications.WhenAsync(said => said.Count(static line => line == "WATCHDOG=1") > before + 2, "the feeding to go on");
        Assert.Equal(0, await agent.TerminateAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static int Fed(AgentProcess agent) => agent.Notifications.ToArray().Count(static said => said == "WATCHDOG=1");
}
