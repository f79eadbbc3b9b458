using EdgeAgent.Hosting;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// What is too old at one moment. Within a boot, age counts on the boot clock, which nothing steps. Across boots only the wall clock
/// can tell, and only where it was set by a trusted source both then and now; otherwise nothing expires.
/// </summary>
/// <param name="BootId">The present boot.</param>
/// <param name="BootTime">Now, boot milliseconds.</param>
/// <param name="WallTime">Now, Unix milliseconds; null where the clock is not synchronised.</param>
/// <param name="MaxAge">Milliseconds that any message is kept.</param>
internal sealed record Ages(string BootId, long BootTime, long? WallTime, long MaxAge)
{
    public static Ages Of(BootClock clock, TimeSpan maxAge)
    {
        var boot = clock.Milliseconds;
        return new(clock.BootId, boot, clock.IsSynchronized ? clock.WallTime(boot) : null, (long)maxAge.TotalMilliseconds);
    }

    /// <summary>Milliseconds since a message was taken; null where nobody can know.</summary>
    public long? Of(Era era, long bootTime)
    {
        if (era.BootId == BootId && era.BootId.Length > 0)
        {
            return BootTime - bootTime;
        }

        return era.IsSynchronized ? WallTime - (era.WallOffset + bootTime) : null;
    }

    public bool IsExpired(Era era, long bootTime, Envelope envelope)
    {
        var limit = envelope.Expiry is { } expiry ? Math.Min(MaxAge, (long)expiry.TotalMilliseconds) : MaxAge;
        return Of(era, bootTime) > limit;
    }

    /// <summary>Whether it is too old for the queue, whatever its own expiry.</summary>
    public bool IsOverMaxAge(Era era, long bootTime) => Of(era, bootTime) > MaxAge;
}
