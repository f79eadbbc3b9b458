using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>What makes a long-running program give a reading.</summary>
internal enum ProgramSignal
{
    /// <summary>It decides itself.</summary>
    None,

    /// <summary>An empty line on its standard input, every interval.</summary>
    Stdin,
}

/// <summary>
/// A program that keeps running and prints a line per reading. It is slowed down by its pipe when the queue takes no more, and
/// started again when it ends.
/// </summary>
internal sealed class ExecdSensor(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    private const int LongestLine = 64 * 1024;

    /// <summary>How long a program may take to end by itself, after its input was closed and it was asked to.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private static readonly Key<ImmutableArray<string>> Command = Keys.RequiredTextList(
        "command", "the program and its arguments, as a list; no shell looks at them", "[/usr/bin/rtl_433, -F, json]");

    private static readonly Key<ProgramSignal> Signal = Keys.Choice(
        "signal", "what asks it for a reading: none, or stdin for an empty line every interval", ProgramSignal.None);

    public static readonly SensorKind Kind = new(
        "execd", "a program that keeps running and prints a line per reading", [Command, Signal, .. TextParser.All],
        static (config, environment) => new ExecdSensor(config, environment))
    {
        Check = TextParser.Check,
        KeepsInterval = false,
    };

    private readonly TextParser _parser = new(config.Settings);
    private readonly ProgramLog _log = new(config.Id, environment.Log, environment.Time);

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var (process, failure) = ChildProcess.Start(config.Settings.Get(Command), config.Settings.Get(Signal) is ProgramSignal.Stdin);
        if (process is null)
        {
            return failure!;
        }

        await using (process)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var errors = _log.CopyAsync(process.Error, end.Token);
            var asking = config.Settings.Get(Signal) is ProgramSignal.Stdin ? AskAsync(process, end.Token) : Task.CompletedTask;
            try
            {
                await LineStream.PumpAsync(new(process.Output, LongestLine), _parser, emit, cancellationToken);

                // Its output is closed, so it is about to end, or is of no use any more.
                var code = await FinishAsync(process);
                return new(SensorFailureKind.Exit, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {code}"));
            }
            catch (OperationCanceledException)
            {
                process.Terminate();
                await FinishAsync(process);
                throw;
            }
            finally
            {
                await end.CancelAsync();
                await Task.WhenAll(errors, asking);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> FinishAsync(ChildProcess process)
    {
        using var deadline = new CancellationTokenSource(Farewell, environment.Time);
        try
        {
            return await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task AskAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(config.Interval, environment.Time);
            do
            {
                // A program that is gone is seen at its output.
                if (await process.Input!.WriteAsync("\n"u8.ToArray(), cancellationToken) < 0)
                {
                    return;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
