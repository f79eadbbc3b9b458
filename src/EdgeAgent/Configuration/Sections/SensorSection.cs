using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;
using EdgeAgent.Readings;

namespace EdgeAgent.Configuration.Sections;

/// <summary>What every entry of <c>sensors:</c> has, beside the keys of its own kind.</summary>
internal static class SensorSection
{
    public static readonly Key<string> Id = new("id", "its name in topics, status and logs; once", SensorIdShape.Instance, "", isRequired: true);

    public static readonly Key<string> Type = Keys.RequiredText("type", "the kind of sensor");

    public static readonly Key<TimeSpan> Interval = Keys.Duration(
        "interval", "how often it is read", TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(50), TimeSpan.FromDays(1));

    public static readonly Key<TimeSpan> Timeout = Keys.Duration(
        "timeout", "how long one read may take", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));

    public static readonly Key<string?> Topic = new(
        "topic", "where its readings go; otherwise publish.topic", new OptionalReferenceShape<string>(new TopicShape("gateway", "sensor", "type")), null);

    public static readonly Key<string?> HistoryTopic = new(
        "history_topic", "where readings of the backlog go; otherwise delivery.history_topic", new OptionalReferenceShape<string>(new TopicShape("gateway", "sensor", "type", "topic")), null);

    public static readonly Key<PayloadFormat?> Format = new(
        "format", "how its payloads are written: json, influx, senml or raw; otherwise publish.format", new OptionalShape<PayloadFormat>(PublishSection.FormatShape), null);

    public static readonly Key<bool?> Retain = new(
        "retain", "the broker keeps the newest reading; otherwise publish.retain", new OptionalShape<bool>(FlagShape.Instance), null);

    public static readonly Key<TimeSpan?> Expiry = Keys.OptionalDuration(
        "expiry", "what is older is not delivered; otherwise queue.max_age", TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));

    public static readonly Key<MessagePriority> Priority = Keys.Choice(
        "priority", "high goes first, and gives way last when the queue is full", MessagePriority.Normal);

    public static readonly Key<OfflinePolicy> Offline = Keys.Choice(
        "offline", "while the broker is away: keep_all, keep_latest or drop", OfflinePolicy.KeepAll);

    public static readonly Key<string?> Unit = Keys.OptionalText("unit", "the unit of its values");

    public static readonly ImmutableArray<Key> All = [Id, Type, Interval, Timeout, Topic, HistoryTopic, Format, Retain, Expiry, Priority, Offline, Unit];

    public static SensorConfig Bind(KeyValues values, string gateway, KeyValues publish, KeyValues delivery, HomeAssistantConfig? homeAssistant, JsonNames names, ReadScope scope)
    {
        var id = values.Get(Id);
        var type = values.Get(Type);
        var topic = TopicTemplate.Expand(values.Get(Topic) ?? publish.Get(PublishSection.Topic), ("gateway", gateway), ("sensor", id), ("type", type));
        var history = (values.Get(HistoryTopic) ?? delivery.Get(DeliverySection.HistoryTopic) ?? (homeAssistant is null ? null : HomeAssistantSection.HistoryTopic)) is { } template
            ? TopicTemplate.Expand(template, ("gateway", gateway), ("sensor", id), ("type", type), ("topic", topic))
            : null;
        CheckExpanded(topic, values, values.NodeOf(Topic) ?? publish.NodeOf(PublishSection.Topic), scope);
        CheckExpanded(history, values, values.NodeOf(HistoryTopic) ?? delivery.NodeOf(DeliverySection.HistoryTopic), scope);
        return new SensorConfig
        {
            Id = id,
            Type = type,
            Interval = values.Get(Interval),
            Timeout = values.Get(Timeout),
            Topic = topic,
            HistoryTopic = history,
            Format = values.Get(Format) ?? publish.Get(PublishSection.Format),
            JsonNames = names,
            Retain = values.Get(Retain) ?? publish.Get(PublishSection.Retain),
            Expiry = values.Get(Expiry),
            Priority = values.Get(Priority),
            Offline = values.Get(Offline),
            Unit = values.Get(Unit),
            Settings = values,
        };
    }

    /// <summary>A template that is well formed can still become too long, or an empty topic.</summary>
    private static void CheckExpanded(string? topic, KeyValues values, Node? template, ReadScope scope)
    {
        if (topic is not null && values.IsSet(Id) && TopicTemplate.CheckTopic(topic) is { } problem && (template ?? values.NodeOf(Id)) is { } node)
        {
            scope.Error(node.Span, $"the topic of '{values.Get(Id)}': {problem.Message}", problem.Hint);
        }
    }
}
