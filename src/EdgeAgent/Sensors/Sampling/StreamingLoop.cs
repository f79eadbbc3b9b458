using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Keeps one streaming sensor running: opens its source again after growing, jittered pauses, which shrink to the first one only
/// after the source has held out for a while.
/// </summary>
internal sealed class StreamingLoop(
    SensorConfig config, IStreamingSensor sensor, SensorEnvironment environment, SensorRecord record, SensorOutput output)
{
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = environment.Time;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var start = _time.GetTimestamp();
                var end = await RunOnceAsync(cancellationToken);
                if (_time.GetElapsedTime(start) > Stable)
                {
                    attempt = 0;
                }

                await output.TakeAsync(Observation.Failed(end), environment.Clock.Milliseconds, cancellationToken);
                await Task.Delay(Pause(config.Settings.Get(SamplingKeys.RestartDelay), attempt, Jitter.Next()), _time, cancellationToken);
                record.Restarted();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
        finally
        {
            await sensor.DisposeAsync();
        }
    }

    /// <summary>The n-th pause: doubling from the first up to a minute (or the first, where that is longer), ±10 %.</summary>
    internal static TimeSpan Pause(TimeSpan first, int attempt, double random)
    {
        var longest = first > Stable ? first : Stable;
        var pause = first * Math.Pow(2, Math.Min(attempt, 20));
        return (pause > longest ? longest : pause) * (0.9 + (0.2 * random));
    }

    private async Task<SensorFailure> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            // On a thread of its own until its first wait: opening a device can block.
            return await environment.Workers.RunAsync(
                () => new ValueTask<SensorFailure>(sensor.RunAsync(observation => EmitAsync(observation, cancellationToken), cancellationToken)));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            environment.Log.SensorThrew(exception, config.Id);
            return new(SensorFailureKind.Io, exception.Message);
        }
    }

    private ValueTask EmitAsync(Observation observation, CancellationToken cancellationToken) =>
        output.TakeAsync(observation, environment.Clock.Milliseconds, cancellationToken);
}
