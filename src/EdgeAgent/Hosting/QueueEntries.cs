using System.Text;
using EdgeAgent.Delivery;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting;

/// <summary>A message of the queue, as people read it.</summary>
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

/// <summary>A page of the queue.</summary>
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
