using EdgeAgent.Queue;

namespace EdgeAgent.Hosting;

/// <summary>What the queue's file says of itself.</summary>
/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Path">The file.</param>
/// <param name="Depth">Messages that wait.</param>
/// <param name="DepthExact">False: an estimate.</param>
/// <param name="Oldest">When the oldest was taken.</param>
/// <param name="FileBytes">The file's size.</param>
/// <param name="WalBytes">The size of the WAL beside it.</param>
/// <param name="FreeBytes">Bytes of the file that will be used again.</param>
/// <param name="DeadLetters">Dead letters kept.</param>
/// <param name="Schema">The version of the tables.</param>
internal sealed record QueueInfoReport(
    int Format, string Path, long Depth, bool DepthExact, DateTimeOffset? Oldest, long FileBytes, long WalBytes, long FreeBytes, long DeadLetters, int Schema)
{
    public static QueueInfoReport Of(QueueInfo info) => new(
        AgentStatus.PresentFormat,
        info.Path,
        info.Depth,
        info.IsDepthExact,
        info.Oldest is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest.WallTime) : null,
        info.FileBytes,
        info.WalBytes,
        info.FreeBytes,
        info.DeadLetters,
        info.SchemaVersion);
}
