using System.Globalization;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Asks one sensor at its turns, with a deadline for each read. A read that does not end in time is given up, and the sensor is
/// left alone until that read has returned: never two reads at once, and never a second thread for a stuck sensor.
/// </summary>
internal sealed class PolledLoop(SensorConfig config, ISensor sensor, SensorEnvironment environment, SensorRecord record, SensorOutput output)
{
    /// <summary>How long a read may take, after its token was cancelled, to say by itself what it was waiting for.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>Milliseconds by which an aligned sensor may be off the wall clock.</summary>
    private const int WallTolerance = 20;

    private readonly TimeProvider _time = environment.Time;
    private readonly TurnPolicy _policy = new(config, environment.Time);
    private readonly bool _isAligned = config.Settings.Get(SamplingKeys.Align);

    /// <summary>What a turn takes at most when every one of its reads is given up.</summary>
    private readonly TimeSpan _longestTurn = (config.Timeout + Grace + config.Settings.Get(SamplingKeys.RetryDelay)) * (config.Settings.Get(SamplingKeys.Retries) + 1);
    private long _wallOffset;
    private Task<Observation>? _read;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var schedule = new Schedule(config.Interval, FirstOffset());
        try
        {
            for (var turn = 0L; ;)
            {
                record.ExpectTurn(schedule.Due(turn) - _time.GetElapsedTime(start) + _longestTurn);
                await DelayUntilAsync(start, schedule.Due(turn), cancellationToken);
                await TakeTurnAsync(cancellationToken);
                var next = schedule.After(turn, _time.GetElapsedTime(start));
                record.Missed(next - turn - 1);
                turn = next;
                if (_isAligned && Math.Abs(environment.Clock.WallOffset - _wallOffset) > WallTolerance)
                {
                    // The wall clock was set, or has drifted away. The turn that was just taken is not taken again.
                    (start, turn) = (_time.GetTimestamp(), 0);
                    var offset = FirstOffset();
                    schedule = schedule with { Offset = offset < config.Interval / 4 ? offset + config.Interval : offset };
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.EndAsync();
        }
        finally
        {
            record.ExpectNone();
            await CloseAsync();
        }
    }

    private TimeSpan FirstOffset()
    {
        if (!_isAligned)
        {
            return Schedule.OffsetOf(config.Id, config.Interval);
        }

        _wallOffset = environment.Clock.WallOffset;
        return Schedule.OffsetToWall(_wallOffset + environment.Clock.Milliseconds, config.Interval);
    }

    private async Task DelayUntilAsync(long start, TimeSpan due, CancellationToken cancellationToken)
    {
        for (var left = due - _time.GetElapsedTime(start); left > TimeSpan.Zero; left = due - _time.GetElapsedTime(start))
        {
            // Timers count whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _time, cancellationToken);
        }
    }

    private async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        var bootTime = environment.Clock.Milliseconds;
        if (_read is { IsCompleted: false })
        {
            record.Missed(1);
            await output.PassAsync(cancellationToken);
            return;
        }

        record.Stuck(false);
        if (await _policy.ExecuteAsync(ReadAsync, cancellationToken) is { } observation)
        {
            await output.TakeAsync(observation, bootTime, cancellationToken);
        }
        else
        {
            await output.PassAsync(cancellationToken);
        }
    }

    /// <summary>One read, at its deadline at the latest.</summary>
    private async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        if (_read is { IsCompleted: false })
        {
            return TimedOut();
        }

        _read = ReadToTheEndAsync(cancellationToken);
        try
        {
            return await _read.WaitAsync(config.Timeout + Grace, _time, cancellationToken);
        }
        catch (TimeoutException) when (!_read.IsCompleted)
        {
            record.Stuck(true);
            return TimedOut();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TimedOut();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            record.Threw(exception);
            return Observation.Failed(SensorFailureKind.Io, exception.Message);
        }
    }

    /// <summary>One read until it returns, which may be long after its deadline.</summary>
    private async Task<Observation> ReadToTheEndAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(config.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await environment.Workers.RunAsync(() => sensor.ReadAsync(either.Token));
    }

    private Observation TimedOut() => Observation.Failed(
        SensorFailureKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"no answer within {config.Timeout.TotalSeconds:0.###} s"));

    /// <summary>A sensor is not taken apart under a read that still runs; then that read's end does it.</summary>
    private async Task CloseAsync()
    {
        if (_read is null or { IsCompleted: true })
        {
            await sensor.DisposeAsync();
        }
        else
        {
            _ = _read.ContinueWith(_ => sensor.DisposeAsync().AsTask(), TaskScheduler.Default);
        }
    }
}
