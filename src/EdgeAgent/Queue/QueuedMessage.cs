using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>The streams of delivery. A message only ever moves from live to backlog.</summary>
internal enum Lane
{
    /// <summary>Accepted during the present connection, still in memory and under 10 s old.</summary>
    Live,

    /// <summary>Every other message.</summary>
    Backlog,

    /// <summary>The ledger's entries, which go before all others. Their numbers are below zero, and their bodies JSON bytes.</summary>
    Ledger,
}

/// <summary>One start of the process, or one step of its clock. Gives its messages their name and their wall time.</summary>
/// <param name="Name">Random, unique for ever.</param>
/// <param name="BootId">The kernel's name of the boot that the era ran in.</param>
/// <param name="WallOffset">Unix milliseconds at boot time 0, as best known now.</param>
/// <param name="IsSynchronized">Whether that offset came from a synchronised clock.</param>
internal sealed record Era(ulong Name, string BootId, long WallOffset, bool IsSynchronized)
{
    /// <summary>Of messages whose era was lost with a damaged file: they are delivered, with an unsure time.</summary>
    public static Era Unknown { get; } = new(0, string.Empty, 0, IsSynchronized: false);
}

/// <summary>A message on its way out. Ended exactly once: acknowledged, left, or quarantined.</summary>
/// <param name="Sequence">Its number: unique and ascending within a queue file, across eras.</param>
/// <param name="Era">With the number, its id; with its time, its wall time.</param>
/// <param name="Envelope">Everything that is the same for all readings of its sensor.</param>
/// <param name="BootTime">When it was taken: milliseconds on the era's boot clock.</param>
/// <param name="Body">Its values. The memory of a packed body belongs to the queue and is valid until the next take.</param>
/// <param name="Lane">The lane that it was taken from.</param>
internal readonly record struct QueuedMessage(long Sequence, Era Era, Envelope Envelope, long BootTime, MessageBody Body, Lane Lane)
{
    /// <summary>Unix milliseconds, UTC.</summary>
    public long WallTime => Era.WallOffset + BootTime;
}
