using EdgeAgent.Queue;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>When the queue will be full if things go on as they do. Pure.</summary>
internal static class Filling
{
    private const double SecondsPerDay = 86_400;

    /// <summary>From so many messages on, their size on disk is known from the file itself.</summary>
    private const long MeasurableDepth = 1_000;

    /// <summary>A trend over less would be chance.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    /// <summary>Messages that the queue has grown by per second in its present state: during an outage since that began, otherwise over the whole series.</summary>
    /// <param name="recent">Its newest points count.</param>
    public static double Growth(HistorySeries recent)
    {
        var (steps, accepted, delivered) = (0, 0L, 0L);
        var isAway = recent.Count > 0 && recent[recent.Count - 1].Connected == 0;
        for (var i = recent.Count - 1; i >= 0 && recent[i].IsKnown && (recent[i].Connected == 0 || !isAway); i--)
        {
            (steps, accepted, delivered) = (steps + 1, accepted + recent[i].Accepted, delivered + recent[i].Delivered);
        }

        var span = steps * recent.Step;
        return span < Shortest ? 0 : (accepted - delivered) / span.TotalSeconds;
    }

    /// <summary>Days until there is no room left; null where the queue does not grow.</summary>
    /// <param name="queue">The queue now.</param>
    /// <param name="room">Bytes that it may still take.</param>
    /// <param name="growth">Messages per second.</param>
    /// <param name="plannedBytes">What a message takes by the configuration, for a queue too small to measure.</param>
    public static double? DaysUntilFull(QueueSnapshot queue, long room, double growth, double plannedBytes)
    {
        if (growth <= 0)
        {
            return null;
        }

        var bytes = queue.Depth >= MeasurableDepth ? (double)queue.BytesOnDisk / queue.Depth : plannedBytes;
        return Math.Round(Math.Max(0, room) / (growth * bytes * SecondsPerDay), 2);
    }
}
