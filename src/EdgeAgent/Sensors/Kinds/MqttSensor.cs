using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Mqtt;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Topics of a local broker (Zigbee2MQTT, Tasmota, ESPHome): values out of the messages, or the messages as they are. It has its
/// own session there, and acknowledges a message only once it is durable here, so that neither a lost link nor a power cut costs
/// one; a full queue slows the broker down.
/// </summary>
internal sealed class MqttSensor(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    /// <summary>How many messages the broker may send ahead of their acknowledgement.</summary>
    private const int ReceiveMaximum = 500;

    /// <summary>So many wait, or so long, before the queue is asked to make them durable: each time costs a write.</summary>
    private const int AcknowledgeAt = 200;

    private static readonly TimeSpan AcknowledgeAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private static readonly Key<BrokerAddress> Url = new("url", "the local broker", BrokerUrlShape.Instance, default!, isRequired: true) { Example = "mqtt://localhost:1883" };
    private static readonly Key<ImmutableArray<string>> Topics = Keys.RequiredTextList("topics", "topic filters, which may have the wildcards + and #", "[zigbee2mqtt/+]");
    private static readonly Key<string?> ClientId = Keys.OptionalText("client_id", "its name at the local broker; otherwise made of host name and sensor id");
    private static readonly Key<string?> Username = Keys.OptionalText("username", "for a broker that asks for one");
    private static readonly Key<Secret?> Password = Keys.OptionalSecret("password", "its password; !secret name");
    private static readonly Key<string?> CaFile = Keys.OptionalText("ca_file", "mqtts: PEM file of the authority that signed the broker's certificate");
    private static readonly Key<bool> Retained = Keys.Flag("retained", "take messages too that the broker had kept", true);
    private static readonly Key<bool> Forward = Keys.Flag("forward", "send the messages on as they are instead of taking values out of them", false);

    private static readonly Key<string?> ForwardTopic = Keys.OptionalText(
        "forward_topic", "forward: where they go, {topic} for the topic they came on; otherwise below the sensor's topic", "\"site/{topic}\"");

    public static readonly SensorKind Kind = new(
        "mqtt", "topics of a local broker: Zigbee2MQTT, Tasmota, ESPHome",
        [Url, Topics, ClientId, Username, Password, CaFile, Retained, Forward, ForwardTopic, .. TextParser.All],
        static (config, environment) => new MqttSensor(config, environment))
    {
        Check = Check,
        KeepsInterval = false,
    };

    private readonly TextParser _parser = new(config.Settings);
    private readonly ImmutableArray<string> _topics = config.Settings.Get(Topics);
    private readonly string _forwardTopic = config.Settings.Get(ForwardTopic) ?? config.Topic + "/{topic}";
    private MqttClient? _client;

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        if (config.Settings.Get(Forward) && environment.Uplink().Contains(config.Settings.Get(Url)) && OwnPrefix().Length == 0)
        {
            return new(SensorFailureKind.Format, "this is the broker that the agent delivers to, and the messages would go round for ever: set another forward_topic");
        }

        var inbox = new LocalBrokerInbox(() => environment.Clock.Milliseconds);
        _client ??= new MqttClient(Options(), environment.Time);
        var outcome = await _client.ConnectAsync(inbox, cancellationToken);
        if (outcome.Failure is { } refused)
        {
            return new(refused.IsCredential ? SensorFailureKind.Permission : SensorFailureKind.Io, refused.Message);
        }

        await using var connection = outcome.Connection!;
        var subscribed = await connection.SubscribeAsync([.. _topics.Select(static topic => new MqttSubscription(topic))], cancellationToken);
        if (!subscribed.IsSuccess)
        {
            var codes = string.Join(", ", _topics.Zip(subscribed.Codes).Where(static pair => (int)pair.Second >= 0x80).Select(static pair => $"{pair.First}: {pair.Second}"));
            return new(SensorFailureKind.Permission, $"the broker refuses to send the topics: {codes}{subscribed.Message}");
        }

        await PumpAsync(connection, inbox, emit, cancellationToken);
        return new(SensorFailureKind.Io, inbox.Closed?.Message ?? "the connection to the local broker is gone");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IEnumerable<SettingProblem> Check(KeyValues settings) =>
        settings.Get(ForwardTopic) is { } template && !template.Contains("{topic}", StringComparison.Ordinal)
            ? [new(ForwardTopic, "without {topic} all messages would go to one topic"), .. TextParser.Check(settings)]
            : TextParser.Check(settings);

    private async Task PumpAsync(MqttConnection connection, LocalBrokerInbox inbox, Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var unacknowledged = new List<ushort>();
        long lost = 0;
        try
        {
            while (await WaitAsync(inbox, unacknowledged.Count > 0, cancellationToken) is var more and not false)
            {
                while (more is true && unacknowledged.Count < AcknowledgeAt && inbox.Messages.TryRead(out var message))
                {
                    if (Observe(message) is { } observation)
                    {
                        await emit(observation);
                    }

                    if (message.PacketId != 0)
                    {
                        unacknowledged.Add(message.PacketId);
                    }
                }

                if (more is null || unacknowledged.Count >= AcknowledgeAt)
                {
                    await AcknowledgeAsync(connection, unacknowledged);
                }

                if (inbox.Lost > lost)
                {
                    lost = inbox.Lost;
                    await emit(Observation.Failed(SensorFailureKind.Io, FormattableString.Invariant($"{lost} messages of QoS 0 were lost because the queue takes no more; let the devices publish with QoS 1")));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await AcknowledgeAsync(connection, unacknowledged);
            using var deadline = new CancellationTokenSource(Farewell, environment.Time);
            await connection.DisconnectAsync(cancellationToken: deadline.Token);
            throw;
        }
    }

    /// <summary>True where there is a message, null where those that wait for their acknowledgement have waited long enough, false at the end.</summary>
    private async Task<bool?> WaitAsync(LocalBrokerInbox inbox, bool isWaiting, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(isWaiting ? AcknowledgeAfter : Timeout.InfiniteTimeSpan, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await inbox.Messages.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Acknowledges what is durable. While the disk fails nothing is, and the broker keeps it.</summary>
    private async Task AcknowledgeAsync(MqttConnection connection, List<ushort> packets)
    {
        if (packets.Count > 0 && await environment.WhenDurable())
        {
            packets.ForEach(connection.Acknowledge);
            packets.Clear();
        }
    }

    private Observation? Observe(LocalMessage message)
    {
        // What the agent itself has published must not go round.
        if ((message.IsRetained && !config.Settings.Get(Retained)) || IsOwn(message.Topic))
        {
            return null;
        }

        if (config.Settings.Get(Forward))
        {
            var topic = _forwardTopic.Replace("{topic}", message.Topic, StringComparison.Ordinal);
            return Observation.Of(new ForwardedMessage(topic, message.Payload, message.ContentType)) with { BootTime = message.BootTime };
        }

        if (_parser.Parse(message.Payload) is not { } observation)
        {
            return null;
        }

        var device = _topics.Select(filter => TopicFilterMatch.Wildcards(filter, message.Topic)).FirstOrDefault(static levels => levels is not null);
        var values = string.IsNullOrEmpty(device)
            ? observation.Values
            : [.. observation.Values.Select(value => value with { Name = NameOf(device, value.Name) })];
        var failure = observation.Failure is { } wrong ? wrong with { Message = $"{message.Topic}: {wrong.Message}" } : null;
        return Observation.Partly(values, failure) with { BootTime = message.BootTime };
    }

    private static string NameOf(string device, string value) => value == "value" ? ValueName.FromLabel(device) : $"{ValueName.FromLabel(device)}_{value}";

    private bool IsOwn(string topic) => topic == config.Topic || topic == config.HistoryTopic
        || (config.Settings.Get(Forward) && OwnPrefix() is { Length: > 0 } prefix && topic.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>What every topic begins with that messages are forwarded to.</summary>
    private string OwnPrefix() => _forwardTopic[..Math.Max(_forwardTopic.IndexOf("{topic}", StringComparison.Ordinal), 0)];

    private MqttClientOptions Options()
    {
        var settings = config.Settings;
        var url = settings.Get(Url);
        return new()
        {
            Host = url.Host,
            Port = url.Port,
            Tls = url.Tls ? new MqttTlsOptions { CaFile = settings.Get(CaFile) } : null,
            ClientId = settings.Get(ClientId) ?? $"edgeagent-{Environment.MachineName}-{config.Id}",
            Username = settings.Get(Username),
            Password = settings.Get(Password) is { } password ? Encoding.UTF8.GetBytes(password.Reveal()) : (ReadOnlyMemory<byte>?)null,
            CleanStart = false,
            SessionExpiry = SessionLife,
            ReceiveMaximum = ReceiveMaximum,
        };
    }
}
