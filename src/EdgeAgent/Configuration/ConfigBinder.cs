using System.Collections.Immutable;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Yaml;
using EdgeAgent.Readings;

namespace EdgeAgent.Configuration;

/// <summary>Makes the configuration out of the values of its keys, and finds what only shows between keys.</summary>
internal sealed class ConfigBinder(ConfigSchema schema, ConfigEnvironment environment, FileReaders readers, ReadScope scope)
{
    public AgentConfig Bind(KeyValues values, string path)
    {
        var gateway = values.Get(schema.Gateway) ?? environment.HostName;
        var publish = values.Get(schema.Publish);
        var homeAssistant = HomeAssistantSection.Bind(values.Get(schema.HomeAssistant));
        var names = JsonNamesSection.Bind(publish.Get(PublishSection.JsonKeys), scope);
        var config = new AgentConfig
        {
            Gateway = gateway,
            Broker = values.NodeOf(schema.Broker) is { } broker ? BrokerSection.Bind(values.Get(schema.Broker), broker, environment.DefaultClientId(gateway), readers, scope) : null,
            Queue = QueueSection.Bind(values.Get(schema.Queue)),
            Clock = ClockSection.Bind(values.Get(schema.Clock)),
            Delivery = DeliverySection.Bind(values.Get(schema.Delivery)),
            Status = StatusSection.Bind(values.Get(schema.Status), gateway, scope),
            HomeAssistant = homeAssistant,
            JsonNames = names,
            Sensors = BindSensors(values.Get(schema.Sensors), gateway, publish, values.Get(schema.Delivery), homeAssistant, names, values.Get(schema.Broker).Get(BrokerSection.Protocol)),
        };
        // Where something is mistyped, what seems to be missing may be there.
        if (scope.Problems.Exists(problem => problem.Severity == Severity.Error))
        {
            return config;
        }

        if (!values.IsSet(schema.Broker))
        {
            Warn(path, "no broker is set: readings are kept in the queue until there is one", "set broker.url, such as mqtt://broker.example.com:1883");
        }

        if (config.Sensors.Length == 0)
        {
            Warn(path, "there are no sensors: nothing is read", $"edgeagent discover lists what is connected, to be added under sensors:   kinds: {string.Join(", ", schema.Kinds.Select(kind => kind.Name))}");
        }

        return config;
    }

    /// <summary>About the configuration as a whole: there is no line to point at.</summary>
    private void Warn(string path, string message, string hint) =>
        scope.Problems.Add(new Problem(Severity.Warning, message) { File = path, Hint = hint });

    private ImmutableArray<SensorConfig> BindSensors(ImmutableArray<KeyValues> entries, string gateway, KeyValues publish, KeyValues delivery, HomeAssistantConfig? homeAssistant, JsonNames names, ProtocolChoice protocol)
    {
        var sensors = ImmutableArray.CreateBuilder<SensorConfig>(entries.Length);
        var ids = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        var topics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var sensor = SensorSection.Bind(entry, gateway, publish, delivery, homeAssistant, names, scope);
            sensors.Add(sensor);
            if (entry.NodeOf(SensorSection.Id) is not { } id || sensor.Id.Length == 0)
            {
                continue;
            }

            if (homeAssistant is not null)
            {
                HomeAssistantSection.Check(sensor, (entry.NodeOf(SensorSection.HistoryTopic) ?? entry.NodeOf(SensorSection.Format) ?? id).Span, scope);
            }

            WarnOfRaw(sensor, (entry.NodeOf(SensorSection.Format) ?? publish.NodeOf(PublishSection.Format) ?? id).Span, protocol);
            if (!ids.TryAdd(sensor.Id, id.Span))
            {
                scope.Error(id.Span, $"two sensors have the id '{sensor.Id}'", $"the other is at {ids[sensor.Id]}: give one of them another id");
            }
            else if (!topics.TryAdd(sensor.Topic, sensor.Id))
            {
                scope.Warn((entry.NodeOf(SensorSection.Topic) ?? id).Span, $"'{sensor.Id}' and '{topics[sensor.Topic]}' publish to the same topic, {sensor.Topic}", "put {sensor} into the topic, so that they can be told apart");
            }
        }

        return sensors.ToImmutable();
    }
    /// <summary>The id travels beside the payload with MQTT 5.0; the time travels nowhere else.</summary>
    private void WarnOfRaw(SensorConfig sensor, SourceSpan span, ProtocolChoice protocol)
    {
        if (sensor.Format != PayloadFormat.Raw)
        {
            return;
        }

        if (protocol != ProtocolChoice.V5)
        {
            scope.Warn(
                span,
                $"'{sensor.Id}': a raw payload has no time and, over MQTT 3.1.1, no id: after an outage old readings look new, and duplicates cannot be told",
                "use another format; or set broker.protocol: 5.0, and offline: keep_latest or a history_topic");
        }
        else if (sensor.Offline == OfflinePolicy.KeepAll && sensor.HistoryTopic is null)
        {
            scope.Warn(
                span,
                $"'{sensor.Id}': a raw payload has no time: after an outage old readings look new",
                "use another format, or set offline: keep_latest or a history_topic");
        }
    }
}
