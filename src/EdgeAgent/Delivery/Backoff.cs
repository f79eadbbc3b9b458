namespace EdgeAgent.Delivery;

/// <summary>How long to wait before the next attempt to connect. Pure.</summary>
internal static class Backoff
{
    /// <summary>The share of the ceiling below which no wait falls, so that a refused connection is never a busy loop.</summary>
    private const double Floor = 0.1;

    /// <summary>
    /// Exponential with jitter over the whole range: a fleet that lost its broker at one moment comes back spread out.
    /// </summary>
    /// <param name="attempt">Failures so far, from 0.</param>
    /// <param name="initial">The ceiling after the first failure.</param>
    /// <param name="maximum">The ceiling of every wait.</param>
    /// <param name="random">From 0 up to 1.</param>
    public static TimeSpan Delay(int attempt, TimeSpan initial, TimeSpan maximum, double random)
    {
        var ceiling = Math.Min(maximum.TotalMilliseconds, initial.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromMilliseconds(ceiling * (Floor + ((1 - Floor) * random)));
    }

    /// <summary>
    /// How long a connection must have lasted for the next failure to count as the first again: a broker that takes every
    /// connection and drops it a moment later must not be called once a second for ever.
    /// </summary>
    public static TimeSpan StableAfter(TimeSpan maximum) => maximum < TimeSpan.FromSeconds(30) ? maximum : TimeSpan.FromSeconds(30);
}
