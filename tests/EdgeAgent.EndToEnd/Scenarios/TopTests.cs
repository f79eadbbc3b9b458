using System.Globalization;
using System.Text.RegularExpressions;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary><c>edgeagent top</c> in a real terminal, beside a running agent.</summary>
public sealed partial class TopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Top => $"{AgentProcess.Binary} top --control {_folder["control.sock"]}";

    [Fact]
    public async Task The_queue_grows_without_the_broker_and_a_bar_shows_the_drain()
    {
        await using var broker = new Mosquitto(_folder);
        var sensors = Enumerable.Range(1, 5).Select(number => $"{{id: tank_{number}, type: simulate, interval: 50ms}}");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, sensors) + "delivery: {rate: 115/s}\n");
        await using var terminal = await Tmux.StartAsync(_folder, 110, 34, "before");
        await terminal.TypeAsync($"clear; echo above; {Top}; echo left $?");

        var first = await terminal.WhenAsync(screen => Waiting(screen) > 0, "the queue");
        var later = await terminal.WhenAsync(screen => Waiting(screen) > Waiting(first) + 800 && screen.Contains("░░░", StringComparison.Ordinal), "a deeper queue");
        Assert.Matches(@"(?m)^ +[0-9 ]+ ┤[\u2801-\u28ff\u2800]+$", later);
        Assert.Contains("broker   waiting", later, StringComparison.Ordinal);
        Assert.Contains("tank_5", later, StringComparison.Ordinal);
        Assert.Equal((true, false), await terminal.ModesAsync());
        Assert.Contains("\u001b[31m", await terminal.ScreenAsync(withColours: true), StringComparison.Ordinal);

        await broker.StartAsync();
        var draining = await terminal.WhenAsync(screen => DrainWithTime().IsMatch(screen), "a drain with its time left");
        Picture.Write("top", draining.Replace(_folder.Path, "/etc/edgeagent", StringComparison.Ordinal));
        await terminal.ResizeAsync(60, 20);
        await terminal.WhenAsync(
            screen => screen.TrimEnd().EndsWith("q quits", StringComparison.Ordinal) && screen.Contains("more lines: make the window higher", StringComparison.Ordinal), "a smaller frame");

        await terminal.PressAsync("q");
        var after = await terminal.WhenAsync(screen => screen.Contains("left 0", StringComparison.Ordinal), "the shell");
        Assert.Matches(@"^above\n[^\n]*left 0\n", after);
        Assert.Equal((false, true), await terminal.ModesAsync());
    }

    [Theory]
    [InlineData("C-c", "left 0")]
    [InlineData(null, "left 143")]
    public async Task Every_way_out_gives_the_screen_back(string? key, string end)
    {
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", []));
        await using var terminal = await Tmux.StartAsync(_folder, 80, 24, "before");
        await terminal.TypeAsync($"NO_COLOR=1 sh -c 'echo $$ >{_folder["top.pid"]}; exec {Top}'; echo left $?");
        await terminal.WhenAsync(screen => screen.Contains("q quits", StringComparison.Ordinal), "the screen");
        Assert.DoesNotContain("\u001b[3", await terminal.ScreenAsync(withColours: true), StringComparison.Ordinal);
        if (key is not null)
        {
            await terminal.PressAsync(key);
        }
        else
        {
            var (exitCode, _, errors) = await ChildProcess.RunAsync("kill", (await File.ReadAllTextAsync(_folder["top.pid"])).Trim());
            Assert.True(exitCode == 0, errors);
        }

        var after = await terminal.WhenAsync(screen => screen.Contains(end, StringComparison.Ordinal), "the shell");
        Assert.Contains("\nbefore\n", after, StringComparison.Ordinal);
        Assert.Equal((false, true), await terminal.ModesAsync());
    }

    [Fact]
    public async Task Stopping_it_gives_the_screen_back_until_it_goes_on()
    {
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", []));
        await using var terminal = await Tmux.StartAsync(_folder, 80, 24, "before");
        await terminal.TypeAsync(Top);
        await terminal.WhenAsync(IsFrame, "the screen");

        await terminal.PressAsync("C-z");
        var stopped = await terminal.WhenAsync(screen => screen.Contains("Stopped", StringComparison.Ordinal), "the shell");
        Assert.Contains("\nbefore\n", stopped, StringComparison.Ordinal);
        Assert.Equal((false, true), await terminal.ModesAsync());
        await terminal.TypeAsync("echo between; fg; echo left $?");
        await terminal.WhenAsync(IsFrame, "the screen again");
        Assert.Equal((true, false), await terminal.ModesAsync());

        await terminal.PressAsync("q");
        var after = await terminal.WhenAsync(screen => screen.Contains("left 0", StringComparison.Ordinal), "the shell");
        Assert.Contains("\nbetween\n", after, StringComparison.Ordinal);
        Assert.Equal((false, true), await terminal.ModesAsync());

        // In the place of the shell, where nobody could let it go on.
        await terminal.TypeAsync($"exec {Top}");
        await terminal.WhenAsync(IsFrame, "the screen of the only program");
        await terminal.PressAsync("C-z");
        await agent.TerminateAsync();
        await terminal.WhenAsync(screen => screen.Contains("Waiting for the agent", StringComparison.Ordinal), "the news");

        static bool IsFrame(string screen) => screen.Contains("q quits", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_stops_is_waited_for_and_its_restart_is_told()
    {
        var configuration = Configuration.Of(_folder, "mqtt://127.0.0.1:1", []);
        await using var terminal = await Tmux.StartAsync(_folder, 100, 24, "before");
        await using (var agent = await AgentProcess.StartAsync(_folder, configuration))
        {
            await agent.WhenAsync(static status => status.Broker.State == "waiting", "the first attempt");
            await terminal.TypeAsync(Top);
            await terminal.WhenAsync(screen => screen.StartsWith("test  edgeagent", StringComparison.Ordinal), "the screen");
            await agent.TerminateAsync();
            await terminal.WhenAsync(screen => screen.StartsWith("Waiting for the agent, for", StringComparison.Ordinal) && screen.Contains("\ntest  edgeagent", StringComparison.Ordinal), "the news");
        }

        await using var again = await AgentProcess.StartAsync(_folder, configuration);
        await terminal.WhenAsync(screen => screen.StartsWith("test  edgeagent", StringComparison.Ordinal) && screen.Contains("restart  it was started anew", StringComparison.Ordinal), "the restart");
    }

    [Fact]
    public async Task A_pipe_and_a_dumb_terminal_get_lines_and_the_end_of_the_pipe_ends_it()
    {
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, "mqtt://127.0.0.1:1", []));
        var (_, piped, errors) = await ChildProcess.RunAsync("/bin/sh", "-c", $"{Top} --interval 100ms | head -n 2");
        Assert.Empty(errors);
        Assert.All(piped.Split('\n'), line => Assert.Matches("^20[0-9-]+ [0-9:]+Z  broker (waiting|connecting); 0 waiting; 0/s accepted, 0/s delivered; 0 sensors$", line));
        Assert.Equal(2, piped.Split('\n').Length);

        await using var terminal = await Tmux.StartAsync(_folder, 100, 24, "before");
        await terminal.TypeAsync($"TERM=dumb {Top} --interval 100ms; echo left $?");
        await terminal.WhenAsync(screen => Line().Count(screen) > 2, "lines");
        Assert.False((await terminal.ModesAsync()).SecondScreen);
        await terminal.PressAsync("C-c");
        await terminal.WhenAsync(screen => screen.Contains("left 0", StringComparison.Ordinal), "the shell");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>How many messages the screen says to wait; -1 where it says nothing.</summary>
    private static long Waiting(string screen) =>
        Depth().Match(screen) is { Success: true } found ? long.Parse(found.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex("(?m)^queue    ([0-9 ]+) waiting")]
    private static partial Regex Depth();

    [GeneratedRegex(@"(?m)^drain    \[█+░*\] +[0-9]+ %  [0-9 ]+ of [0-9 ]+ gone, [0-9.]+/s, .* left$")]
    private static partial Regex DrainWithTime();

    [GeneratedRegex("(?m)^20[0-9-]+ [0-9:]+Z  broker ")]
    private static partial Regex Line();
}
