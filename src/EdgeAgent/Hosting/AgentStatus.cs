using System.Globalization;
using System.Text.Json.Serialization;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Hosting;

/// <summary>What the agent says of itself: the answer to <c>edgeagent status --json</c>. Times are ISO 8601 UTC, sizes bytes.</summary>
internal sealed record AgentStatus(
    string Gateway, string Version, [property: JsonPropertyName("uptime_s")] double UptimeSeconds, BrokerStatus Broker, QueueStatus Queue, SensorReport[] Sensors);

/// <param name="State">none, connecting, connected or waiting.</param>
/// <param name="Since">Since when.</param>
/// <param name="Address">The broker in use or tried last.</param>
/// <param name="Protocol">5.0 or 3.1.1 while connected.</param>
/// <param name="SinceAcknowledgementMs">Milliseconds since the latest acknowledgement of this connection.</param>
/// <param name="LastError">Why the latest connection ended or attempt failed.</param>
/// <param name="Connections">How many there have been since the start.</param>
internal sealed record BrokerStatus(
    string State, DateTimeOffset? Since, string? Address, string? Protocol, long? SinceAcknowledgementMs, string? LastError, long Connections);

/// <param name="Depth">Messages that the broker has not acknowledged.</param>
/// <param name="Deepest">The largest depth since the start.</param>
/// <param name="InFlight">Sent, and waiting for the broker's answer.</param>
/// <param name="Accepted">Messages accepted since the start.</param>
/// <param name="Acknowledged">Messages acknowledged since the start.</param>
/// <param name="DiskBytes">Live pages and WAL.</param>
/// <param name="WrittenBytes">What the queue has written since the start.</param>
internal sealed record QueueStatus(
    long Depth, long Deepest, long InFlight, long Accepted, long Acknowledged, long DiskBytes, long WrittenBytes);

/// <param name="Id">As configured.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Readings">Taken since the start.</param>
/// <param name="Failures">Failed reads since the start.</param>
/// <param name="LastValue">The latest values as people read them.</param>
/// <param name="LastError">What is wrong now; null while it works.</param>
internal sealed record SensorReport(string Id, string Type, long Readings, long Failures, string? LastValue, string? LastError)
{
    public static SensorReport Of(SensorStatus status) => new(
        status.Id,
        status.Type,
        status.Readings,
        status.Failures.Values.Sum(),
        status.LastValues.IsEmpty ? null : string.Join(", ", status.LastValues.Select(Text)),
        status.CurrentFailure is { } failure ? $"{failure.Kind.ToString().ToLowerInvariant()}: {failure.Message}" : null);

    private static string Text(NamedValue named)
    {
        var value = named.Value.Kind switch
        {
            ValueKind.Integer => named.Value.Integer.ToString(CultureInfo.InvariantCulture),
            ValueKind.Real => named.Value.Real.ToString(CultureInfo.InvariantCulture),
            ValueKind.Boolean => named.Value.Boolean ? "true" : "false",
            ValueKind.Text => named.Value.Text,
            _ => "-",
        };
        var unit = named.Unit is null ? string.Empty : " " + named.Unit;
        return named.Name == "value" ? value + unit : $"{named.Name} {value}{unit}";
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
