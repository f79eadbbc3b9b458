using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Runs a program, without a shell, at every turn and takes what it prints. At the deadline the program goes, with everything
/// that it started in its process group.
/// </summary>
internal sealed class ExecSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private const int OutputLimit = 64 * 1024;

    private static readonly Key<ImmutableArray<string>> Command = Keys.RequiredTextList(
        "command", "the program and its arguments, as a list; no shell looks at them", "[/usr/local/bin/read-meter, --json]");

    public static readonly SensorKind Kind = new(
        "exec", "a program that is run at every turn and prints a number or JSON", [Command, .. TextParser.All],
        static (config, environment) => new ExecSensor(config, environment))
    {
        Check = TextParser.Check,
    };

    private readonly ImmutableArray<string> _command = config.Settings.Get(Command);
    private readonly TextParser _parser = new(config.Settings);
    private readonly ProgramLog _log = new(config.Id, environment.Log, environment.Time);

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var (process, failure) = ChildProcess.Start(_command, withInput: false);
        if (process is null)
        {
            return Observation.Failed(failure!);
        }

        await using (process)
        {
            return await FinishAsync(process, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Observation> FinishAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        using var stopReading = new CancellationTokenSource();
        var errors = _log.CopyAsync(process.Error, stopReading.Token);
        var output = ReadOutputAsync(process, stopReading.Token);
        try
        {
            var code = await process.WaitForExitAsync(cancellationToken);

            // The group is gone, so only a program that left it can still hold the pipes; it is not waited for.
            await stopReading.CancelAsync();
            var (text, isWhole) = await output;
            return (isWhole, code) switch
            {
                (false, _) => Observation.Failed(SensorFailureKind.Format, $"printed more than {OutputLimit / 1024} KiB"),
                (true, 0) => _parser.Parse(text) ?? Observation.Failed(SensorFailureKind.Format, "printed nothing that holds a value"),
                (true, > 128) => Observation.Failed(SensorFailureKind.Exit, string.Create(CultureInfo.InvariantCulture, $"was ended by signal {code - 128}")),
                _ => Observation.Failed(SensorFailureKind.Exit, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {code}")),
            };
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return Observation.Failed(
                SensorFailureKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"did not end within {config.Timeout.TotalSeconds:0.###} s and was killed"));
        }
        finally
        {
            await stopReading.CancelAsync();
            await Task.WhenAll(errors, output);
        }
    }

    /// <summary>What it printed, and whether that is all. A program that prints too much is killed.</summary>
    private static async Task<(ReadOnlyMemory<byte> Text, bool IsWhole)> ReadOutputAsync(ChildProcess process, CancellationToken stop)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= OutputLimit)
                {
                    process.Kill();
                    return (default, false);
                }

                Array.Resize(ref buffer, length * 2);
            }

            // After the stop, what is in the pipe is still taken, but nothing more is waited for.
            var count = process.Output.TryRead(buffer.AsSpan(length));
            if (count == -Errno.TryAgain && !stop.IsCancellationRequested)
            {
                await process.Output.WaitAsync(Libc.PollIn, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (count <= 0)
            {
                return (buffer.AsMemory(0, length), true);
            }
            else
            {
                length += count;
            }
        }
    }
}
