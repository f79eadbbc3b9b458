using System.Text.Json;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A message as the subscriber got it.</summary>
/// <param name="Topic">The topic it came on.</param>
/// <param name="Id">The id in its payload, that no other message has.</param>
/// <param name="Value">Its value, where it has exactly one number under that name.</param>
/// <param name="Historical">True when it came out of the backlog.</param>
/// <param name="Taken">When the reading was taken.</param>
/// <param name="Arrived">When the subscriber saw it: a time stamp of <see cref="TimeProvider"/>.</param>
/// <param name="Payload">As it came.</param>
internal sealed record Delivery(string Topic, string Id, double? Value, bool Historical, DateTimeOffset Taken, long Arrived, string Payload)
{
    /// <summary>The number of the message within its queue: what stands behind the last hyphen of its id.</summary>
    public long Sequence => long.Parse(Id.AsSpan(Id.LastIndexOf('-') + 1), provider: null);

    /// <summary>Reads a line of <c>mosquitto_sub -F "%t %p"</c>; null where the payload is not that of a reading.</summary>
    public static Delivery? Parse(string line, long arrived)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0)
        {
            return null;
        }

        var payload = line[(blank + 1)..];
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out var id) && root.TryGetProperty("ts", out var taken)
                ? new(
                    line[..blank],
                    id.GetString()!,
                    root.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null,
                    root.TryGetProperty("historical", out var historical) && historical.GetBoolean(),
                    taken.GetDateTimeOffset(),
                    arrived,
                    payload)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
