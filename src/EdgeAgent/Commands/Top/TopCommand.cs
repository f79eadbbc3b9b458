using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using EdgeAgent.Configuration.Shapes;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Commands.Top;

/// <summary><c>edgeagent top</c>: the status of the running agent, live, until q or Ctrl-C.</summary>
internal static class TopCommand
{
    private const int Terminated = 128 + 15;

    private static readonly DurationShape Intervals = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));

    public static Command Create()
    {
        var control = CommonOptions.Control();
        var interval = new Option<string>("--interval") { Description = "How often to look.", HelpName = "DURATION", DefaultValueFactory = static _ => "1s" };
        var command = new Command("top", "Watch the running agent: broker, queue, the drain with its time left, sensors. Lines instead of a screen where there is no terminal.") { control, interval };
        interval.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !Intervals.TryParse(token.Value, out _, out var hint))
            {
                result.AddError($"--interval takes {Intervals.Expected}, not '{token.Value}'{(hint is null ? "" : $": {hint}")}.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            _ = Intervals.TryParse(parsed.GetRequiredValue(interval), out var every, out _);
            return await RunAsync(new(new(parsed.GetRequiredValue(control)), TimeProvider.System), every, cancellationToken);
        });
        return command;
    }

    /// <summary>Whether this terminal has a screen to draw on.</summary>
    private static bool HasScreen => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    private static async Task<int> RunAsync(TopWatch watch, TimeSpan every, CancellationToken cancellationToken)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var wake = new SemaphoreSlim(0);
        var exitCode = ExitCode.Ok;
        using var interrupt = On(PosixSignal.SIGINT, () => leave.Cancel());
        using var terminate = On(PosixSignal.SIGTERM, () =>
        {
            exitCode = Terminated;
            leave.Cancel();
        });
        using var hangup = On(PosixSignal.SIGHUP, () => leave.Cancel());
        using var resize = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => wake.Release());

        // Not Console.Out, which hides that the reader has gone.
        using var handle = new SafeFileHandle(1, ownsHandle: false);
        await using var output = new FileStream(handle, FileAccess.Write, 0);
        void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
        try
        {
            return await (HasScreen ? WatchAsync(watch, every, Write, wake, leave) : PrintAsync(watch, every, Write, leave.Token)) ?? exitCode;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return exitCode;
        }
        catch (IOException)
        {
            // The terminal, or whoever read the lines, has gone.
            return ExitCode.Ok;
        }
    }

    private static async Task<int?> WatchAsync(TopWatch watch, TimeSpan every, Action<string> write, SemaphoreSlim wake, CancellationTokenSource leave)
    {
        var refused = await watch.LookAsync(leave.Token);
        if (refused is null)
        {
            var modes = new TerminalModes();
            ListenForKeys(leave);
            using var screen = new TopScreen(write, string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
            using var stop = On(PosixSignal.SIGTSTP, () =>
            {
                screen.Leave();
                modes.StopProcess();
                screen.Enter();
                wake.Release();
            });
            while (refused is null)
            {
                screen.Show(TopFrame.Render(watch.State, Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight), TimeProvider.System.GetUtcNow()));
                if (!await wake.WaitAsync(every, leave.Token))
                {
                    refused = await watch.LookAsync(leave.Token);
                }
            }
        }

        await Console.Error.WriteLineAsync($"edgeagent: {watch.State.Silence}");
        return refused;
    }

    private static async Task<int?> PrintAsync(TopWatch watch, TimeSpan every, Action<string> write, CancellationToken leave)
    {
        using var timer = new PeriodicTimer(every, TimeProvider.System);
        do
        {
            if (await watch.LookAsync(leave) is { } refused)
            {
                await Console.Error.WriteLineAsync($"edgeagent: {watch.State.Silence}");
                return refused;
            }

            write(TopLine.Render(watch.State, TimeProvider.System.GetUtcNow()) + "\n");
        }
        while (await timer.WaitForNextTickAsync(leave));
        return null;
    }

    private static PosixSignalRegistration On(PosixSignal signal, Action act) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        act();
    });

    /// <summary>A thread of its own, because waiting for a key blocks; it ends with the process.</summary>
    private static void ListenForKeys(CancellationTokenSource leave)
    {
        if (Console.IsInputRedirected)
        {
            return;
        }

        new Thread(() =>
        {
            while (Console.ReadKey(intercept: true).KeyChar is not ('q' or 'Q'))
            {
            }

            leave.Cancel();
        })
        { IsBackground = true, Name = "keys" }.Start();
    }
}
