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

    /// <summary>How late the window of an aggregate may be published when the source has gone silent.</summary>
    private static readonly TimeSpan WindowCheck = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = environment.Time;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> parts = [KeepRunningAsync(stop.Token)];
        if (config.Settings.IsSet(ProcessingKeys.Aggregate))
        {
            parts.Add(EndWindowsAsync(stop.Token));
        }

        try
        {
            // Neither ends but by the stop or by a dead queue.
            await Task.WhenAny(parts);
            await stop.CancelAsync();
            await Task.WhenAll(parts);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.EndAsync();
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

    private async Task KeepRunningAsync(CancellationToken cancellationToken)
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

    private async Task EndWindowsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WindowCheck, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await output.PassAsync(cancellationToken);
        }
    }

    private async Task<SensorFailure> RunOnceAsync(CancellationToken cancellationToken)
    {
        // A queue that is dead is not the sensor's fault, and must not be taken for it.
        var queue = new TaskCompletionSource<SensorFailure>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            // On a thread of its own until its first wait: opening a device can block.
            var run = environment.Workers.RunAsync(
                () => new ValueTask<SensorFailure>(sensor.RunAsync(observation => EmitAsync(observation, queue, cancellationToken), cancellationToken)));
            return await await Task.WhenAny(run, queue.Task);
        }
        catch (Exception exception) when (!queue.Task.IsFaulted && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            record.Threw(exception);
            return new(SensorFailureKind.Io, exception.Message);
        }
    }

    private async ValueTask EmitAsync(Observation observation, TaskCompletionSource<SensorFailure> queue, CancellationToken cancellationToken)
    {
        try
        {
            await output.TakeAsync(observation, environment.Clock.Milliseconds, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && queue.TrySetException(exception))
        {
            throw;
        }
    }
}
