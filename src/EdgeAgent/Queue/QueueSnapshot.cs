using System.Collections.Immutable;

namespace EdgeAgent.Queue;

/// <summary>How the store does.</summary>
internal enum StoreHealth
{
    Healthy = 0,

    /// <summary>The disk, or what may be used of it, is full: reading and removing go on, writing waits.</summary>
    Full = 1,

    /// <summary>Reads or writes fail; the store reopens the file again and again until they succeed.</summary>
    Failing = 2,
}

/// <summary>Why a message will never be delivered. The numbers are stored; never reuse one.</summary>
internal enum LossReason : byte
{
    Expired = 0,
    Thinned = 1,
    Evicted = 2,
    Superseded = 3,
    Dropped = 4,
    Overrun = 5,
    Refused = 6,
    Purged = 7,
    Unreadable = 8,
    CrashWindow = 9,

    /// <summary>No loss: a dead letter, which was told as refused, is in the queue again.</summary>
    Retried = 10,

    /// <summary>No further loss: a dead letter, which was told as refused, is kept no more.</summary>
    Discarded = 11,
}

/// <summary>The queue's figures at one moment.</summary>
internal sealed record QueueSnapshot
{
    /// <summary>Messages accepted and not ended. After an unclean stop the share of earlier runs is an estimate until it is drained.</summary>
    public required long Depth { get; init; }

    /// <summary>Whether <see cref="Depth"/> is no estimate.</summary>
    public bool IsDepthExact { get; init; } = true;

    /// <summary>The largest <see cref="Depth"/> of this run.</summary>
    public required long DeepestDepth { get; init; }

    /// <summary>Messages taken and not ended.</summary>
    public required int InFlight { get; init; }

    /// <summary>Messages accepted in this run.</summary>
    public required long Accepted { get; init; }

    /// <summary>Messages acknowledged in this run.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Appends of this run that had to wait because memory was full.</summary>
    public required long Waits { get; init; }

    /// <summary>Wall time of the oldest message (Unix milliseconds); null where there is none or it is not known yet.</summary>
    public required long? OldestWallTime { get; init; }

    /// <summary>What max_size limits: (pages - free pages) x page size + WAL.</summary>
    public required long BytesOnDisk { get; init; }

    /// <summary>Bytes that the store handed to the kernel in this run, WAL and checkpoints included.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>Dead letters that wait for the operator.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Messages that this run found will never be delivered, by <see cref="LossReason"/>; the last two reasons are no losses of their own.</summary>
    public required ImmutableArray<long> Lost { get; init; }

    /// <summary>How much the queue keeps.</summary>
    public required QueueLimits Limits { get; init; }

    public required StoreHealth Store { get; init; }

    /// <summary>What is wrong with the store, and what to do; null while it is healthy.</summary>
    public required string? StoreMessage { get; init; }

    public long LostFor(LossReason reason) => Lost[(int)reason];

    /// <summary>The figures as they are now.</summary>
    public static QueueSnapshot Of(QueueState state, Store store, long waits)
    {
        var figures = store.Figures;
        lock (state.Gate)
        {
            return new()
            {
                Depth = state.Depths.Total,
                IsDepthExact = state.Depths.IsExact,
                DeepestDepth = state.Depths.Deepest,
                InFlight = state.Lanes.InFlight,
                Accepted = state.Accepted,
                Acknowledged = state.Acknowledged,
                Waits = waits,
                OldestWallTime = OldestIn(state, figures),
                BytesOnDisk = figures.BytesOnDisk,
                BytesWritten = figures.BytesWritten,
                DeadLetters = figures.DeadLetters,
                Lost = [.. state.Ledger.Counts],
                Limits = state.Limits.Present,
                Store = store.Health,
                StoreMessage = store.Problem,
            };
        }
    }

    private static long? OldestIn(QueueState state, StoreFigures figures)
    {
        long? inMemory = null;
        if (state.Ring.Count > 0 && state.Depths.OfRun > 0)
        {
            ref var slot = ref state.Ring[state.Ring.First];
            inMemory = slot.Era.Era.WallOffset + slot.BootTime;
        }

        return state.Depths.Total == 0 ? null : figures.Oldest is { } oldest && oldest.Sequence < state.Ring.First ? oldest.WallTime : inMemory;
    }
}
