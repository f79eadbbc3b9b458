using System.Collections.Immutable;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>The keys about when and how often a sensor is read, beside its interval and timeout; every sensor has them.</summary>
internal static class SamplingKeys
{
    public static readonly Key<bool> Align = Keys.Flag(
        "align", "read on whole multiples of the interval of the wall clock (every minute at :00) instead of spread out", false);

    public static readonly Key<int> Retries = Keys.Whole(
        "retries", "how often a read that failed is tried again within its turn", 0, 0, 10);

    public static readonly Key<TimeSpan> RetryDelay = Keys.Duration(
        "retry_delay", "pause before such a try", TimeSpan.FromMilliseconds(100), TimeSpan.Zero, TimeSpan.FromMinutes(1));

    public static readonly Key<TimeSpan> RestartDelay = Keys.Duration(
        "restart_delay", "pause before a source that ended (port, program, local broker) is opened again; doubles up to a minute",
        TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));

    public static readonly ImmutableArray<Key> All = [Align, Retries, RetryDelay, RestartDelay];
}
