using System.Text.Json;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary><c>edgeagent queue</c> and <c>dead-letters</c> as typed, beside a running agent.</summary>
public sealed class QueueCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_queue_is_looked_into_and_purged_only_with_consent_and_only_what_was_meant()
    {
        await using var agent = await AgentProcess.StartAsync(
            _folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", [.. ((string[])["one", "two"]).Select(id => $"{{id: {id}, type: execd, command: [/bin/sh, -c, 'seq 1 30; exec sleep infinity']}}")]));
        await agent.WhenAsync(static status => status.Queue.Depth == 60, "all readings");

        var listed = JsonDocument.Parse((await RunAsync("queue ls -n 100 --json")).Output).RootElement.GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal(60, listed.Length);
        var id = listed[7].GetProperty("id").GetString()!;
        Assert.Equal(listed[7].ToString(), (await RunAsync($"queue get {id}")).Output);
        Assert.Contains(id, (await RunAsync("queue ls")).Output, StringComparison.Ordinal);
        Assert.Equal(60, JsonDocument.Parse((await RunAsync("queue info --json")).Output).RootElement.GetProperty("depth").GetInt64());

        // Nobody to ask, nothing said to purge, a time that is none, a message that is not there.
        Assert.Equal(64, (await RunAsync("queue purge --topic test/one")).ExitCode);
        Assert.Equal(64, (await RunAsync("queue purge --yes")).ExitCode);
        Assert.Equal(64, (await RunAsync("queue purge --yes --before yesterday")).ExitCode);
        Assert.Equal(64, (await RunAsync("dead-letters drop --all")).ExitCode);
        Assert.Equal(74, (await RunAsync($"queue get {id[..^1]}99999")).ExitCode);
        Assert.Equal((0, "0 purged"), Said(await RunAsync("queue purge --yes --topic test/one --before 1d")));
        Assert.Equal(60, (await agent.StatusAsync())!.Queue.Depth);

        await using var terminal = await Tmux.StartAsync(_folder, 120, 24, "before");
        var purge = $"{AgentProcess.Binary} queue purge --topic test/one --control {_folder["control.sock"]}";
        await terminal.TypeAsync($"clear; {purge}; echo left $?");
        await terminal.WhenAsync(static screen => screen.Contains("Give up every queued message of topics like test/one? [y/N]", StringComparison.Ordinal), "the question");
        await terminal.TypeAsync("n");
        await terminal.WhenAsync(static screen => screen.Contains("left 64", StringComparison.Ordinal), "the refusal");
        Assert.Equal(60, (await agent.StatusAsync())!.Queue.Depth);
        await terminal.TypeAsync($"clear; {purge}; echo left $?");
        await terminal.WhenAsync(static screen => screen.Contains("[y/N]", StringComparison.Ordinal), "the question");
        await terminal.TypeAsync("y");
        await terminal.WhenAsync(static screen => screen.Contains("30 purged\nleft 0", StringComparison.Ordinal), "the purge");

        Assert.Equal((0, "30 purged"), Said(await RunAsync("queue purge --yes --before 0s")));
        Assert.Equal((0, "0 retried"), Said(await RunAsync("dead-letters retry --all")));
        Assert.Equal((0, "0 dropped"), Said(await RunAsync("dead-letters drop --all --yes")));
    }

    public void Dispose() => _folder.Dispose();

    private static (int ExitCode, string Output) Said((int ExitCode, string Output, string Errors) run) => (run.ExitCode, run.Output);

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string command) =>
        ChildProcess.RunAsync(AgentProcess.Binary, [.. command.Split(' '), "--control", _folder["control.sock"]]);
}
