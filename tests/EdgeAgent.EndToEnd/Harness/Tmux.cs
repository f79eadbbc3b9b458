using System.Globalization;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A real terminal: a shell in a tmux of its own, whose screen can be read and whose keys can be pressed.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly string _socket;

    private Tmux(string socket) => _socket = socket;

    /// <summary>Starts one; comes back when its shell has shown <paramref name="greeting"/>.</summary>
    public static async Task<Tmux> StartAsync(TemporaryFolder folder, int width, int height, string greeting)
    {
        var terminal = new Tmux(folder["tmux.sock"]);
        string[] size = ["-x", Number(width), "-y", Number(height)];
        await terminal.RunAsync(["-f", "/dev/null", "new-session", "-d", .. size, "env", "PS1=$ ", "/bin/sh"]);
        await terminal.WhenAsync(static screen => screen.StartsWith('$'), "a prompt");
        await terminal.TypeAsync($"echo {greeting}");
        await terminal.WhenAsync(screen => screen.Contains($"\n{greeting}\n", StringComparison.Ordinal), greeting);
        return terminal;
    }

    /// <summary>Types a line to the shell.</summary>
    public Task TypeAsync(string line) => RunAsync(["send-keys", line, "Enter"]);

    /// <summary>Presses a key by its name in tmux, such as q or C-c.</summary>
    public Task PressAsync(string key) => RunAsync(["send-keys", key]);

    public Task ResizeAsync(int width, int height) => RunAsync(["resize-window", "-x", Number(width), "-y", Number(height)]);

    /// <summary>What the screen shows, line by line.</summary>
    /// <param name="withColours">Also how it looks, as escape sequences.</param>
    public Task<string> ScreenAsync(bool withColours = false) => RunAsync(withColours ? ["capture-pane", "-p", "-e"] : ["capture-pane", "-p"]);

    /// <summary>Whether the second screen is shown, and whether there is a cursor.</summary>
    public async Task<(bool SecondScreen, bool Cursor)> ModesAsync()
    {
        var modes = await RunAsync(["display-message", "-p", "#{alternate_on}#{cursor_flag}"]);
        return (modes[0] == '1', modes[1] == '1');
    }

    /// <summary>Looks at the screen until it is as wanted; gives what it shows then.</summary>
    public async Task<string> WhenAsync(Func<string, bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Feed<string>.Patience);
        string screen;
        do
        {
            screen = await ScreenAsync();
            if (condition(screen))
            {
                return screen;
            }

            await Task.Delay(Glance, TimeProvider.System, CancellationToken.None);
        }
        while (!deadline.IsCancellationRequested);
        throw new TimeoutException($"waited in vain for {what}; the screen:\n{screen}");
    }

    public async ValueTask DisposeAsync() => await RunAsync(["kill-server"]);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> RunAsync(string[] arguments)
    {
        var (exitCode, output, errors) = await ChildProcess.RunAsync("tmux", ["-u", "-S", _socket, .. arguments]);
        return exitCode == 0 ? output : throw new InvalidOperationException($"tmux {string.Join(' ', arguments)}: {errors}");
    }
}
