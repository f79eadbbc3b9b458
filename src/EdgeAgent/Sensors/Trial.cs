using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Sensors;

/// <summary>What one trial of a sensor showed.</summary>
/// <param name="Sensor">Which.</param>
/// <param name="Observation">Processed values, or why there are none.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record TrialResult(SensorConfig Sensor, Observation Observation, TimeSpan Duration);

/// <summary>Reads sensors once, for someone who wants to see whether they work. Neither queue nor broker is touched.</summary>
internal static class Trial
{
    /// <summary>How long a streaming sensor may stay silent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Reads all of them at once; the results in their order.</summary>
    public static async Task<ImmutableArray<TrialResult>> RunAsync(
        IEnumerable<SensorConfig> sensors, SensorEnvironment environment, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(sensors.Select(sensor => RunAsync(sensor, environment, cancellationToken)))];

    private static async Task<TrialResult> RunAsync(SensorConfig config, SensorEnvironment environment, CancellationToken cancellationToken)
    {
        var start = environment.Time.GetTimestamp();
        var source = SensorCatalog.Kind(config.Type).Create(config, environment);
        var observation = source switch
        {
            ISensor polled => await ReadAsync(config, polled, environment, cancellationToken),
            IStreamingSensor streaming => await ListenAsync(streaming, environment, cancellationToken),
            _ => throw new InvalidOperationException($"The kind {config.Type} makes no sensor."),
        };
        var processed = observation.Values.IsEmpty ? observation : new Processing(ProcessingKeys.Plan(config)).Correct(observation);
        return new(config, processed, environment.Time.GetElapsedTime(start));
    }

    private static async Task<Observation> ReadAsync(SensorConfig config, ISensor sensor, SensorEnvironment environment, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(config.Timeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var read = environment.Workers.RunAsync(() => sensor.ReadAsync(either.Token));
        try
        {
            var observation = await read.WaitAsync(config.Timeout * 1.5, environment.Time, cancellationToken);
            await sensor.DisposeAsync();
            return observation;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // A read that hangs is left to the end of the process.
            return Observation.Failed(SensorFailureKind.Timeout, "no answer in time");
        }
    }

    private static async Task<Observation> ListenAsync(IStreamingSensor sensor, SensorEnvironment environment, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = new TaskCompletionSource<Observation>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = environment.Workers.RunAsync(() => new ValueTask<SensorFailure>(sensor.RunAsync(TakeAsync, stop.Token)));
        try
        {
            return await await Task.WhenAny(first.Task, EndAsync()).WaitAsync(Patience, environment.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Observation.Failed(SensorFailureKind.Timeout, FormattableString.Invariant($"it is open, but has said nothing for {Patience.TotalSeconds} s"));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(run);
            await sensor.DisposeAsync();
        }

        ValueTask TakeAsync(Observation observation)
        {
            first.TrySetResult(observation);
            return ValueTask.CompletedTask;
        }

        async Task<Observation> EndAsync() => Observation.Failed(await run);
    }
}
