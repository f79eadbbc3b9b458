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
        var last = recent.Count - 1;
        var isAway = last >= 0 && recent[last].Connected == 0;
        var first = last;
        while (first > 0 && recent[first - 1].IsKnown && (recent[first - 1].Connected == 0 || !isAway))
        {
            first--;
        }

        var span = (last - first) * recent.Step;
        return span < Shortest ? 0 : (recent[last].Depth - recent[first].Depth) / span.TotalSeconds;
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
