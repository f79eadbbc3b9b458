using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary><c>edgeagent queue export</c> where its output cannot take everything.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is_one()
    {
        await using (var agent = await AgentProcess.StartAsync(
            _folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", ["{id: wave, type: simulate, interval: 50ms}"])))
        {
            await agent.WhenAsync(static status => status.Queue.Depth > 20, "a queue");
            await agent.TerminateAsync();
        }

        var export = $"{AgentProcess.Binary} queue export --config {_folder["edgeagent.yaml"]} --control {_folder["control.sock"]}";
        var whole = await ChildProcess.RunAsync("/bin/sh", "-c", export);
        var enough = await ChildProcess.RunAsync("/bin/bash", "-c", $"set -o pipefail; {export} | true");
        var full = await ChildProcess.RunAsync("/bin/sh", "-c", $"{export} >/dev/full");

        Assert.Equal((0, ""), (whole.ExitCode, whole.Errors));
        Assert.InRange(whole.Output.Split('\n').Length, 21, int.MaxValue);
        Assert.Equal((0, "", ""), (enough.ExitCode, enough.Output, enough.Errors));
        Assert.Equal(74, full.ExitCode);
        Assert.Contains("the export is not complete: No space left on device", full.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
