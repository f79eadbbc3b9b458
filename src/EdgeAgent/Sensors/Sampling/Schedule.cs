using System.Text;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// When a sensor's turns are, on a clock that only runs forward: at the offset and then every interval, counted from the start,
/// so that no delay adds up. Pure.
/// </summary>
/// <param name="Interval">Above zero.</param>
/// <param name="Offset">The first turn, from the start; zero or more.</param>
internal readonly record struct Schedule(TimeSpan Interval, TimeSpan Offset)
{
    /// <summary>Sensors are spread over this much, or over their interval where that is shorter.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    /// <summary>The same for an id at every start, so that sensors with one interval do not all fire together.</summary>
    public static TimeSpan OffsetOf(string id, TimeSpan interval)
    {
        // FNV-1a: string.GetHashCode differs from start to start.
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ octet) * 16777619u;
        }

        var spread = interval < Spread ? interval : Spread;
        return TimeSpan.FromMilliseconds(hash % (uint)Math.Max(spread.TotalMilliseconds, 1));
    }

    /// <summary>
    /// The offset that puts the turns on whole multiples of the interval of the wall clock (every minute at :00), given what the
    /// wall clock shows at the start.
    /// </summary>
    /// <param name="wallMilliseconds">Unix milliseconds now.</param>
    /// <param name="interval">At least a millisecond.</param>
    public static TimeSpan OffsetToWall(long wallMilliseconds, TimeSpan interval)
    {
        var period = (long)interval.TotalMilliseconds;
        var past = wallMilliseconds % period;
        return TimeSpan.FromMilliseconds(past == 0 ? 0 : period - past);
    }

    /// <summary>When a turn is due, from the start.</summary>
    public TimeSpan Due(long turn) => Offset + TimeSpan.FromTicks(Interval.Ticks * turn);

    /// <summary>The turn that follows <paramref name="turn"/> when it is over at <paramref name="now"/>: those gone by meanwhile are missed.</summary>
    public long After(long turn, TimeSpan now)
    {
        var elapsed = (now - Offset).Ticks;
        var notGoneBy = elapsed <= 0 ? 0 : (elapsed + Interval.Ticks - 1) / Interval.Ticks;
        return Math.Max(turn + 1, notGoneBy);
    }
}
