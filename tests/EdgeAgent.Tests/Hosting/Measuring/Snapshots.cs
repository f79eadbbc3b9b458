using EdgeAgent.Configuration;
using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Hosting.Measuring;

/// <summary>Figures of a queue that a test makes up.</summary>
internal static class Snapshots
{
    public static QueueSnapshot Of(long depth = 0, long accepted = 0, long acknowledged = 0, long bytesOnDisk = 0) => new()
    {
        Depth = depth,
        DeepestDepth = depth,
        InFlight = 0,
        Accepted = accepted,
        Acknowledged = acknowledged,
        Waits = 0,
        OldestWallTime = null,
        BytesOnDisk = bytesOnDisk,
        BytesWritten = 0,
        DeadLetters = 0,
        Lost = [.. new long[10]],
        Limits = new(512L << 20, TimeSpan.FromDays(30), WhenFull.Thin, KeepFree: 0),
        Store = StoreHealth.Healthy,
        StoreMessage = null,
    };
}
