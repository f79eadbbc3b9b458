using System.Collections.Immutable;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Runs all the sensors of a configuration, each on a loop of its own, so that what goes wrong with one is felt by that one
/// alone. Run once; for another configuration make another sampler.
/// </summary>
internal sealed class Sampler
{
    private readonly ImmutableArray<(SensorRecord Record, Func<CancellationToken, Task> Run)> _sensors;

    /// <summary>Makes the sensors and opens nothing.</summary>
    /// <param name="sensors">Checked: every type is in the catalog.</param>
    /// <param name="environment">The world outside, shared by all.</param>
    /// <param name="sink">Gets every reading.</param>
    public Sampler(ImmutableArray<SensorConfig> sensors, SensorEnvironment environment, IReadingSink sink) =>
        _sensors = [.. sensors.Select(config => Prepare(config, environment, sink))];

    /// <summary>One status per sensor, in the order of the configuration.</summary>
    public ImmutableArray<SensorStatus> Statuses => [.. _sensors.Select(static sensor => sensor.Record.Status)];

    /// <summary>
    /// Samples until the token is cancelled; then every reading that was taken has been handed to the sink. Anything else that
    /// ends it is a bug or a dead queue, and is thrown.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loops = _sensors.Select(sensor => Task.Run(() => sensor.Run(stop.Token), CancellationToken.None)).ToList();
        var running = loops.ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
            {
                // One dead loop ends the sampler, and so the process: systemd starts it whole again.
                await stop.CancelAsync();
            }
        }

        await Task.WhenAll(loops);
        if (loops.Count == 0)
        {
            await WaitForEndAsync(cancellationToken);
        }
    }

    private static async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(end.SetResult);
        await end.Task;
    }

    private static (SensorRecord Record, Func<CancellationToken, Task> Run) Prepare(
        SensorConfig config, SensorEnvironment environment, IReadingSink sink)
    {
        var record = new SensorRecord(config, environment);
        var source = SensorCatalog.Kind(config.Type).Create(config, environment);
        return (record, RunAsync);

        async Task RunAsync(CancellationToken cancellationToken)
        {
            using var output = new SensorOutput(config, record, sink, environment.Clock);
            await (source switch
            {
                ISensor polled => new PolledLoop(config, polled, environment, record, output).RunAsync(cancellationToken),
                IStreamingSensor streaming => new StreamingLoop(config, streaming, environment, record, output).RunAsync(cancellationToken),
                _ => throw new InvalidOperationException($"The kind {config.Type} makes no sensor."),
            });
        }
    }
}
