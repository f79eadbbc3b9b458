using System.Text.Json.Serialization;
using EdgeAgent.Hosting.Measuring;

namespace EdgeAgent.Hosting;

/// <summary>
/// What the agent says of itself: the answer to <c>edgeagent status --json</c>. Times are ISO 8601 UTC, sizes bytes, names end with their
/// unit; what is unknown is left out. Described in docs/status.md.
/// </summary>
/// <param name="Format">1. Grows when a name goes or changes its meaning, not when one is added.</param>
/// <param name="Gateway">Its name.</param>
/// <param name="Version">Of this program.</param>
/// <param name="UptimeS">Seconds since the start of the process.</param>
/// <param name="Configuration">What it runs with.</param>
/// <param name="Broker">The link.</param>
/// <param name="Queue">What waits, and what was lost.</param>
/// <param name="Rates">The last minute.</param>
/// <param name="Sensors">In the order of the configuration.</param>
internal sealed record AgentStatus(
    int Format,
    string Gateway,
    string Version,
    double UptimeS,
    ConfigurationReport Configuration,
    BrokerStatus Broker,
    QueueStatus Queue,
    RateStatus Rates,
    SensorReport[] Sensors)
{
    public const int PresentFormat = 1;
}

/// <param name="State">none, connecting, connected or waiting.</param>
/// <param name="Since">Since when.</param>
/// <param name="Address">The broker in use or tried last.</param>
/// <param name="Protocol">5.0 or 3.1.1 while connected.</param>
/// <param name="SinceAcknowledgementMs">Milliseconds since the broker acknowledged anything.</param>
/// <param name="LastError">Why the latest connection ended or attempt failed.</param>
/// <param name="Connections">How many there have been since the start.</param>
/// <param name="ConnectedS">How long they have stood together, seconds.</param>
/// <param name="Published">Messages sent since the start, repetitions included.</param>
/// <param name="Refused">Refusals since the start, by the reason code of MQTT, such as 0x87.</param>
internal sealed record BrokerStatus(
    string State,
    DateTimeOffset? Since,
    string? Address,
    string? Protocol,
    long? SinceAcknowledgementMs,
    string? LastError,
    long Connections,
    double ConnectedS,
    long Published,
    SortedDictionary<string, long> Refused)
{
    /// <summary>Seconds since the latest connection ended, or since the start; left out while one stands.</summary>
    public double? DisconnectedS { get; init; }
}

/// <param name="Depth">Messages that the broker has not acknowledged.</param>
/// <param name="Deepest">The largest depth since the start.</param>
/// <param name="InFlight">Sent, and waiting for the broker's answer.</param>
/// <param name="Accepted">Messages accepted since the start.</param>
/// <param name="Acknowledged">Messages acknowledged since the start.</param>
/// <param name="Oldest">When the oldest message was taken.</param>
/// <param name="OldestS">How long ago that is, seconds.</param>
/// <param name="DiskBytes">Live pages and WAL.</param>
/// <param name="MaxBytes">What these may grow to.</param>
/// <param name="FreeBytes">Free on the file system of the queue.</param>
/// <param name="DaysUntilFull">At the present rate; left out while the queue does not grow.</param>
/// <param name="WrittenBytes">What the queue has written since the start.</param>
/// <param name="WrittenTodayBytes">The same since midnight.</param>
/// <param name="Lost">Messages of this run that will never be delivered, by reason; reasons without any are left out.</param>
/// <param name="DeadLetters">Refused messages that wait for the operator.</param>
/// <param name="Store">healthy, full or failing.</param>
/// <param name="StoreError">What is wrong with it, and what to do.</param>
internal sealed record QueueStatus(
    long Depth,
    long Deepest,
    long InFlight,
    long Accepted,
    long Acknowledged,
    DateTimeOffset? Oldest,
    double? OldestS,
    long DiskBytes,
    long MaxBytes,
    long? FreeBytes,
    double? DaysUntilFull,
    long WrittenBytes,
    long WrittenTodayBytes,
    SortedDictionary<string, long> Lost,
    long DeadLetters,
    string Store,
    string? StoreError);

/// <param name="AcceptedPerS">Messages per second, over the last minute.</param>
/// <param name="DeliveredPerS">Acknowledged messages per second, over the last minute.</param>
/// <param name="AcknowledgementP50Ms">From sending to acknowledgement: the time that half of the messages of the last minute kept.</param>
/// <param name="AcknowledgementP99Ms">The one that 99 % kept.</param>
internal sealed record RateStatus(double AcceptedPerS, double DeliveredPerS, double? AcknowledgementP50Ms, double? AcknowledgementP99Ms);

/// <summary>What the last quarter of an hour and the last day were like: the answer to the question <c>history</c> on the control socket.</summary>
/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Recent">The last quarter of an hour, in steps of five seconds.</param>
/// <param name="Day">The last 24 hours, or since the start, in steps of a minute.</param>
internal sealed record AgentHistory(int Format, HistoryReport Recent, HistoryReport Day);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentStatus))]
[JsonSerializable(typeof(AgentHistory))]
[JsonSerializable(typeof(ConfigurationReport))]
[JsonSerializable(typeof(ControlError))]
[JsonSerializable(typeof(QueueQuestion))]
[JsonSerializable(typeof(QueueEntries))]
[JsonSerializable(typeof(QueueEntry))]
[JsonSerializable(typeof(DeadLetterEntries))]
[JsonSerializable(typeof(QueueInfoReport))]
[JsonSerializable(typeof(QueueChange))]
internal sealed partial class StatusJson : JsonSerializerContext;
