using EdgeAgent.Hosting;
using EdgeAgent.Hosting.Measuring;

namespace EdgeAgent.Commands.Top;

/// <summary>How far the agent is with delivering what waited. Pure.</summary>
/// <param name="Peak">The deepest that the queue was since it was last as good as empty.</param>
/// <param name="Depth">Now; never above the peak.</param>
/// <param name="FallsPerS">Messages a second by which it gets less deep; below zero where it grows, null where that is not known yet.</param>
internal sealed record DrainProgress(long Peak, long Depth, double? FallsPerS)
{
    /// <summary>Under this, or under what two seconds bring, the queue is as good as empty.</summary>
    private const long Few = 10;

    /// <summary>The rate is that of so many of the newest steps.</summary>
    private const int Steps = 2;

    /// <summary>The share of a step with a connection that counts as all of it: clocks and timers are never quite one.</summary>
    private const double WholeStep = 0.95;

    /// <summary>What is gone of the peak, 0 to 1.</summary>
    public double Share => (Peak - Depth) / (double)Peak;

    /// <summary>Null while it does not get less.</summary>
    public double? SecondsLeft => FallsPerS > 0 ? Depth / FallsPerS : null;

    /// <summary>Null without a connection, and where next to nothing waits.</summary>
    /// <param name="status">Now.</param>
    /// <param name="history">Null: not known yet.</param>
    public static DrainProgress? Of(AgentStatus status, AgentHistory? history)
    {
        var empty = Math.Max(Few, (long)(2 * status.Rates.AcceptedPerS));
        var depth = status.Queue.Depth;
        if (status.Broker.State != "connected" || depth <= empty)
        {
            return null;
        }

        var peak = depth;
        long?[] depths = [.. history?.Day.Depth ?? [], .. history?.Recent.Depth ?? []];
        for (var i = depths.Length - 1; i >= 0 && !(depths[i] <= empty); i--)
        {
            peak = Math.Max(peak, depths[i] ?? 0);
        }

        return new(peak, depth, Falls(history?.Recent));
    }

    /// <summary>Over the newest steps that had a connection from their beginning to their end.</summary>
    private static double? Falls(HistoryReport? recent)
    {
        var (first, count) = (recent?.Connected.Length ?? 0, 0);
        long fallen = 0;
        while (count < Steps && first > 0 && recent!.Connected[first - 1] >= WholeStep && recent is { Delivered: var delivered, Accepted: var accepted })
        {
            first--;
            count++;
            fallen += (delivered[first] - accepted[first]) ?? 0;
        }

        return count > 0 ? fallen / (count * recent!.StepS) : null;
    }
}
