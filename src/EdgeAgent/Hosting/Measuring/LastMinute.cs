using EdgeAgent.Delivery;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>What happened within the last minute, as differences to the totals of a minute ago. Not thread-safe.</summary>
/// <param name="every">How often totals are taken.</param>
internal sealed class LastMinute(TimeSpan every)
{
    private readonly Totals[] _ring = [.. Enumerable.Range(0, (int)(TimeSpan.FromMinutes(1) / every) + 1).Select(static _ => new Totals())];
    private long _taken;

    public void Take(Totals totals) => _ring[_taken++ % _ring.Length].CopyFrom(totals);

    /// <summary>The rates, or over the time since the start where that is shorter.</summary>
    public Rates Rates()
    {
        var (first, last) = Ends();
        var seconds = Math.Max(1, last.At - first.At) / 1000.0;
        return new(
            Math.Round((last.Accepted - first.Accepted) / seconds, 3),
            Math.Round((last.Acknowledged - first.Acknowledged) / seconds, 3),
            AcknowledgementTimes.Percentile(first.Times, last.Times, 0.5),
            AcknowledgementTimes.Percentile(first.Times, last.Times, 0.99));
    }

    private (Totals First, Totals Last) Ends() => _taken == 0
        ? (_ring[0], _ring[0])
        : (_ring[_taken < _ring.Length ? 0 : _taken % _ring.Length], _ring[(_taken - 1) % _ring.Length]);
}

/// <summary>How fast things went within the last minute.</summary>
/// <param name="AcceptedPerSecond">Messages accepted.</param>
/// <param name="DeliveredPerSecond">Messages acknowledged by the broker.</param>
/// <param name="Median">The time to an acknowledgement that half of the messages kept; null where none came.</param>
/// <param name="Tail">The one that 99 % kept.</param>
internal readonly record struct Rates(double AcceptedPerSecond, double DeliveredPerSecond, TimeSpan? Median, TimeSpan? Tail);
