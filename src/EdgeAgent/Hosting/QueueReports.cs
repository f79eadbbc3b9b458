using System.Text;
using EdgeAgent.Delivery;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting;

/// <summary>What a question about the queue may carry. What it does not need is left out.</summary>
/// <param name="From">The lowest number of a page.</param>
/// <param name="Count">How many at most.</param>
/// <param name="Id">A message.</param>
/// <param name="Before">Messages taken before this time.</param>
/// <param name="Topic">Messages whose topic this MQTT filter matches.</param>
/// <param name="Ids">Dead letters; left out: all.</param>
internal sealed record QueueQuestion(long From = 0, int Count = 100, string? Id = null, DateTimeOffset? Before = null, string? Topic = null, string[]? Ids = null);

/// <param name="Id">As in its payload.</param>
/// <param name="Topic">Where it goes from the backlog.</param>
/// <param name="Sensor">Where it came from.</param>
/// <param name="Taken">When.</param>
/// <param name="TimeUnsure">True where the clock had not been set then.</param>
/// <param name="State">waiting, inflight, parked or dead.</param>
/// <param name="Payload">As the broker would get it now.</param>
/// <param name="PayloadBase64">The same, where it is not text.</param>
internal sealed record QueueEntry(
    string Id, string Topic, string Sensor, DateTimeOffset Taken, bool? TimeUnsure, string State, string? Payload, string? PayloadBase64)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="row">A message.</param>
    /// <param name="encoder">Writes its payload.</param>
    public static QueueEntry Of(QueueRow row, MessageEncoder encoder)
    {
        var publish = encoder.Encode(row.ToMessage(), mayRetain: false, expirySeconds: null);
        var isText = System.Text.Unicode.Utf8.IsValid(publish.Payload);
        return new(
            row.Id.ToString(),
            Encoding.UTF8.GetString(publish.Topic),
            row.Envelope.Sensor,
            DateTimeOffset.FromUnixTimeMilliseconds(row.WallTime),
            row.Era.IsSynchronized ? null : true,
            row.State.ToString().ToLowerInvariant(),
            isText ? Strict.GetString(publish.Payload) : null,
            isText ? null : Convert.ToBase64String(publish.Payload));
    }
}

/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Messages">In the order of acceptance.</param>
/// <param name="Next">Where the next page begins; left out: there is none.</param>
internal sealed record QueueEntries(int Format, QueueEntry[] Messages, long? Next)
{
    public static QueueEntries Of(QueuePage page)
    {
        var encoder = new MessageEncoder();
        return new(AgentStatus.PresentFormat, [.. page.Rows.Select(row => QueueEntry.Of(row, encoder))], page.Next);
    }
}

/// <param name="Message">What was refused.</param>
/// <param name="Reason">The reason code of MQTT, such as 0x99.</param>
/// <param name="Text">The broker's words.</param>
/// <param name="RefusedAt">When it was refused last.</param>
/// <param name="Attempts">How often.</param>
/// <param name="Retried">Whether it is in the queue again.</param>
internal sealed record DeadLetterEntry(QueueEntry Message, string Reason, string? Text, DateTimeOffset? RefusedAt, int Attempts, bool Retried);

/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Letters">By number.</param>
/// <param name="Next">Where the next page begins; left out: there is none.</param>
internal sealed record DeadLetterEntries(int Format, DeadLetterEntry[] Letters, long? Next)
{
    public static DeadLetterEntries Of(DeadLetterPage page)
    {
        var encoder = new MessageEncoder();
        return new(AgentStatus.PresentFormat, [.. page.Letters.Select(letter => Entry(letter, encoder))], page.Next);
    }

    private static DeadLetterEntry Entry(DeadLetter letter, MessageEncoder encoder) => new(
        QueueEntry.Of(letter.Row, encoder),
        $"0x{letter.ReasonCode:X2}",
        letter.Text,
        letter.RefusedAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(letter.RefusedAt),
        letter.Attempts,
        letter.IsRetried);
}

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

/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Done">Messages purged, or dead letters retried or dropped.</param>
/// <param name="InFlight">Messages that fit and stayed, because the broker was being given them.</param>
/// <param name="Passed">Ids that are no dead letters, are retried already, or are on their way.</param>
internal sealed record QueueChange(int Format, long Done, long InFlight, string[] Passed);
