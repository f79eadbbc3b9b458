using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A program that a test has started: its output line by line, signals to it, its end. Killed when disposed.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, bool> Living = new();
    private readonly Process _process;
    private readonly Task _outputRead;

    // A test run that is ended by its runner must not leave brokers and agents behind.
    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Living.Keys)
        {
            _ = Kill(child.Id, (int)ProcessSignal.Kill);
        }
    };

    private ChildProcess(Process process, Action<string>? output)
    {
        _process = process;
        Living[this] = true;
        _outputRead = Task.WhenAll(ReadAsync(process.StandardOutput, output ?? Output.Add), ReadAsync(process.StandardError, Errors.Add));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The lines of standard output.</summary>
    public Feed<string> Output { get; } = new();

    /// <summary>The lines of standard error.</summary>
    public Feed<string> Errors { get; } = new();

    /// <param name="output">Gets the lines of standard output, one after another, in place of <see cref="Output"/>.</param>
    /// <param name="within">The network namespace that it runs in; null: the machine's own.</param>
    /// <param name="keepsInput">Whether it is told more, by <see cref="TellAsync"/>; otherwise its input is at its end from the start.</param>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        Action<string>? output = null,
        NetworkNamespace? within = null,
        bool keepsInput = false)
    {
        (program, arguments) = within?.Wrap(program, arguments) ?? (program, arguments);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(start)!;
            if (!keepsInput)
            {
                process.StandardInput.Close();
            }

            return new ChildProcess(process, output);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{program} cannot be started ({missing.Message}); ./dev test installs and builds what the tests need", missing);
        }
    }

    /// <summary>Runs a program to its end, which may take minutes when it packs or unpacks on a busy machine.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        await using var child = Start(program, arguments);
        var exitCode = await child.WhenExitedAsync(TimeSpan.FromMinutes(5));
        return (exitCode, string.Join('\n', child.Output.ToArray()), string.Join('\n', child.Errors.ToArray()));
    }

    /// <summary>Writes a line to its input.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void Send(ProcessSignal signal)
    {
        if (Kill(Id, (int)signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits for its end and the end of its output; gives its exit code (128 and the signal's number when a signal ended it).</summary>
    public async Task<int> WhenExitedAsync(TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Feed<string>.Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _outputRead.WaitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end; its last words:\n{string.Join('\n', Output.ToArray().Concat(Errors.ToArray()).TakeLast(30))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Living.TryRemove(this, out _))
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            take(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int process, int signal);
}

/// <summary>The signals that the tests send (signal(7)).</summary>
internal enum ProcessSignal
{
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
