using System.Collections.Immutable;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>What a message in the queue is doing.</summary>
internal enum QueueRowState
{
    Waiting = 0,

    /// <summary>Given to the broker, not acknowledged yet.</summary>
    InFlight = 1,

    /// <summary>Its topic is not allowed at present; it waits for a probe to succeed.</summary>
    Parked = 2,

    /// <summary>Refused for good; kept for the operator.</summary>
    Dead = 3,
}

/// <summary>One message in the queue, for a person to look at. Immutable, the body's memory included.</summary>
/// <param name="Sequence">Its number; pages go by it.</param>
/// <param name="Era">With the number, its id; with its time, its wall time.</param>
/// <param name="Envelope">Topic, sensor, priority and whatever else its sensor's messages share.</param>
/// <param name="BootTime">When it was taken: milliseconds on the era's boot clock.</param>
/// <param name="Body">Its values, for the payload encoders.</param>
/// <param name="State">What it does.</param>
internal sealed record QueueRow(long Sequence, Era Era, Envelope Envelope, long BootTime, MessageBody Body, QueueRowState State)
{
    public MessageId Id => new(Era.Name, Sequence);

    /// <summary>When it was taken, Unix milliseconds, as best known; sure where <see cref="Queue.Era.IsSynchronized"/>.</summary>
    public long WallTime => Era.WallOffset + BootTime;

    /// <summary>The message as the drainer would get it from the backlog, for the encoders.</summary>
    public QueuedMessage ToMessage() => new(Sequence, Era, Envelope, BootTime, Body, Lane.Backlog);
}

/// <summary>A stretch of the queue in the order of numbers, which is the order of acceptance.</summary>
/// <param name="Rows">At most as many as were asked for, and about 1 MiB of content.</param>
/// <param name="Next">The number to ask the next page from; null: this was the last page.</param>
internal sealed record QueuePage(ImmutableArray<QueueRow> Rows, long? Next);

/// <summary>A message that the broker refused for good.</summary>
/// <param name="Row">The message; its state is <see cref="QueueRowState.Dead"/>.</param>
/// <param name="ReasonCode">The PUBACK's reason code.</param>
/// <param name="Text">The broker's words, if any.</param>
/// <param name="RefusedAt">Wall time of the last refusal, Unix milliseconds; 0 where it is not known.</param>
/// <param name="Attempts">How often it was refused; 1 or more.</param>
/// <param name="IsRetried">Whether it is in the queue again, behind what waits.</param>
internal sealed record DeadLetter(QueueRow Row, byte ReasonCode, string? Text, long RefusedAt, int Attempts, bool IsRetried);

/// <summary>A stretch of the dead letters, by number.</summary>
/// <param name="Letters">At most as many as were asked for, and about 1 MiB of content.</param>
/// <param name="Next">The number to ask the next page from; null: this was the last page.</param>
internal sealed record DeadLetterPage(ImmutableArray<DeadLetter> Letters, long? Next);

/// <summary>What became of dead letters that were named.</summary>
/// <param name="Done">How many were retried or dropped.</param>
/// <param name="Passed">Those that are no dead letters, are retried already, or are on their way to the broker right now.</param>
internal sealed record DeadLetterChange(int Done, ImmutableArray<MessageId> Passed);

/// <summary>Which messages to purge: those that fit both.</summary>
/// <param name="TakenBefore">Only those taken before this wall time (Unix milliseconds); null: whenever.</param>
/// <param name="TopicFilter">Only those whose topic this MQTT filter matches (<c>+</c> and <c>#</c> as in a subscription); null: whatever.</param>
internal sealed record PurgeFilter(long? TakenBefore, string? TopicFilter);

/// <summary>What a purge did.</summary>
/// <param name="Purged">Messages that ended, each in the ledger as <c>purged</c>.</param>
/// <param name="InFlight">Messages that fit but stayed, because the broker was being given them.</param>
internal sealed record PurgeResult(long Purged, long InFlight);

/// <summary>The queue's file and figures, for a person to look at.</summary>
/// <param name="Path">The file.</param>
/// <param name="Depth">Messages that have not ended; dead letters do not count unless they are retried.</param>
/// <param name="IsDepthExact">False: an estimate, after an unclean stop, until what was there then is drained.</param>
/// <param name="Oldest">The oldest message; null: there is none.</param>
/// <param name="FileBytes">The file's size.</param>
/// <param name="WalBytes">The size of the WAL beside it.</param>
/// <param name="FreeBytes">Bytes of the file that hold nothing and will be used again.</param>
/// <param name="DeadLetters">Dead letters kept.</param>
/// <param name="SchemaVersion">The version of the file's tables.</param>
/// <param name="Era">The newest era of the file.</param>
/// <param name="Snapshot">What only a running queue knows; null where the file was read without one.</param>
internal sealed record QueueInfo(
    string Path, long Depth, bool IsDepthExact, QueueRow? Oldest, long FileBytes, long WalBytes, long FreeBytes, long DeadLetters, int SchemaVersion, Era? Era, QueueSnapshot? Snapshot)
{
    /// <summary>What the file alone says; the depth is the caller's.</summary>
    public static QueueInfo Of(string path, Database database, QueueRow? oldest)
    {
        var wal = database.WalSize;
        return new(path, 0, IsDepthExact: false, oldest, new FileInfo(path).Length, wal, database.FreeBytes, database.Dead.Count, Schema.Version,
            database.Eras.Find(long.MaxValue, out _)?.Era, null);
    }
}

/// <summary>What came of a question to the queue's file.</summary>
/// <param name="Value">The answer; null with a problem, or where there is no such thing.</param>
/// <param name="Problem">Why there is no answer, in words for the person who asked; null: there is one.</param>
internal readonly record struct QueueAnswer<T>(T? Value, string? Problem)
    where T : class;
