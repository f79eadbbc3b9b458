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

    [Fact]
    public async Task A_long_export_shows_its_progress_to_who_watches_and_nobody_else()
    {
        const int Readings = 2_500;
        var burst = new BurstSensor(_folder, "burst", Readings);
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", [burst.Yaml]));
        burst.Release();
        await agent.WhenAsync(static status => status.Queue.Depth >= Readings, "a long backlog");
        await using var terminal = await Tmux.StartAsync(_folder, 100, 24, "before");
        var export = $"{AgentProcess.Binary} queue export --control {_folder["control.sock"]}";

        // Three pages; the line is written over, and ended.
        await terminal.TypeAsync($"clear; {export} >{_folder["out"]}; echo left $?");
        var watched = await terminal.WhenAsync(static screen => screen.Contains("left 0", StringComparison.Ordinal), "the end");
        Assert.Contains("\n2 500 messages\nleft 0\n", "\n" + watched, StringComparison.Ordinal);
        Assert.Equal(Readings, (await File.ReadAllLinesAsync(_folder["out"])).Length);

        // In a file, and among the messages, it would only be in the way.
        await terminal.TypeAsync($"clear; {export} >/dev/null 2>{_folder["errors"]}; {export} --format csv 2>&1 | grep -c messages; echo left twice");
        var unwatched = await terminal.WhenAsync(static screen => screen.Contains("\nleft twice", StringComparison.Ordinal), "the end");
        Assert.Empty(await File.ReadAllTextAsync(_folder["errors"]));
        Assert.StartsWith("0\nleft twice\n", unwatched, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
