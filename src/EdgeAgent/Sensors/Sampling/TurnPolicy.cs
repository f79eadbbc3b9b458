using EdgeAgent.Configuration;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// What happens around a read: it is tried again where the configuration says so, and a sensor that keeps timing out is suspended
/// for growing, jittered pauses, because each of its reads costs a deadline (on a Modbus line, everybody's).
/// </summary>
internal sealed class TurnPolicy
{
    /// <summary>Timeouts in a row before a sensor is suspended.</summary>
    private const int TimeoutsToSuspend = 3;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly ResiliencePipeline<Observation> _pipeline;

    public TurnPolicy(SensorConfig config, TimeProvider time)
    {
        var cost = config.Timeout > config.Interval ? config.Timeout : config.Interval;
        var builder = new ResiliencePipelineBuilder<Observation> { TimeProvider = time };
        builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<Observation>
        {
            // One that still gives values is not dead: its other registers or probes are worth their turns.
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Result is { Failure.Kind: SensorFailureKind.Timeout, Values.IsEmpty: true }),
            FailureRatio = 1,
            MinimumThroughput = TimeoutsToSuspend,
            SamplingDuration = Clamp(cost * (TimeoutsToSuspend + 1), ShortestPause, TimeSpan.FromDays(1)),
            BreakDurationGenerator = arguments => ValueTask.FromResult(Pause(cost, arguments.HalfOpenAttempts, Jitter.Next())),
        });
        var retries = config.Settings.Get(SamplingKeys.Retries);
        if (retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Observation>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(IsWorthRetrying(arguments.Outcome.Result)),
                MaxRetryAttempts = retries,
                Delay = config.Settings.Get(SamplingKeys.RetryDelay),
                BackoffType = DelayBackoffType.Constant,
            });
        }

        _pipeline = builder.Build();
    }

    /// <summary>Runs a turn: its observation, or null where the sensor is suspended.</summary>
    public async ValueTask<Observation?> ExecuteAsync(Func<CancellationToken, ValueTask<Observation>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(read, cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
    }

    /// <summary>How long a sensor rests after its n-th failed attempt to come back: doubling, at most a minute (or its interval), ±10 %.</summary>
    internal static TimeSpan Pause(TimeSpan cost, int attempts, double random)
    {
        var longest = cost > LongestPause ? cost : LongestPause;
        var pause = Clamp(cost * Math.Pow(2, Math.Min(attempts, 20)), ShortestPause, longest);
        return Clamp(pause * (0.9 + (0.2 * random)), ShortestPause, TimeSpan.FromDays(1));
    }

    /// <summary>Only what may be different a moment later: not a missing file or a lack of rights.</summary>
    private static bool IsWorthRetrying(Observation observation) =>
        observation.Failure is { Kind: SensorFailureKind.Io or SensorFailureKind.Crc or SensorFailureKind.Timeout or SensorFailureKind.Exit };

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;
}
