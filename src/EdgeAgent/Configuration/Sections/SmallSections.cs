using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;
using EdgeAgent.Readings;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>clock:</c> when to believe the clock.</summary>
internal static class ClockSection
{
    public static readonly Key<bool> TrustRtc = Keys.Flag("trust_rtc", "true where a battery-backed clock is fitted", fallback: false);

    public static readonly ImmutableArray<Key> All = [TrustRtc];

    public static ClockConfig Bind(KeyValues values) => new(values.Get(TrustRtc));
}

/// <summary><c>publish:</c> what sensors have where they say nothing else.</summary>
internal static class PublishSection
{
    public static readonly Key<string> Topic = new("topic", "where readings go; {gateway}, {sensor} and {type} are filled in", new TopicShape("gateway", "sensor", "type"), "{gateway}/{sensor}");

    public static readonly ChoiceShape<PayloadFormat> FormatShape = new(
        [("json", PayloadFormat.Json), ("influx", PayloadFormat.Influx), ("senml", PayloadFormat.SenMl), ("raw", PayloadFormat.Raw)]);

    public static readonly Key<PayloadFormat> Format = new("format", "how a payload is written: json, influx, senml or raw (the value alone)", FormatShape, PayloadFormat.Json);

    public static readonly Key<bool> Retain = Keys.Flag("retain", "the broker keeps the newest reading for those who subscribe later", fallback: false);

    public static readonly ImmutableArray<Key> All = [Topic, Format, Retain];
}

/// <summary><c>status:</c> where the agent tells about itself.</summary>
internal static class StatusSection
{
    public static readonly Key<string> Topic = new("topic", "where the agent says online and offline, retained", new TopicShape("gateway"), "{gateway}/status");

    public static readonly ImmutableArray<Key> All = [Topic];

    public static StatusConfig Bind(KeyValues values, string gateway) => new(TopicTemplate.Expand(values.Get(Topic), ("gateway", gateway)));
}

/// <summary><c>home_assistant:</c> what Home Assistant is told.</summary>
internal static class HomeAssistantSection
{
    /// <summary>Where the backlog goes by default: Home Assistant takes whatever comes on a state topic for the present value.</summary>
    public const string HistoryTopic = "{topic}/history";

    public static readonly Key<bool> Discovery = Keys.Flag("discovery", "true: every value appears in Home Assistant by itself", fallback: false);

    public static readonly Key<string> Prefix = new("prefix", "the discovery prefix that is set in Home Assistant", new TopicShape(), "homeassistant");

    public static readonly ImmutableArray<Key> All = [Discovery, Prefix];

    public static HomeAssistantConfig? Bind(KeyValues values) => values.Get(Discovery) ? new(values.Get(Prefix)) : null;

    /// <summary>Says what would not appear in Home Assistant, or appear wrong.</summary>
    public static void Check(SensorConfig sensor, SourceSpan span, ReadScope scope)
    {
        if (sensor.Format is not (PayloadFormat.Json or PayloadFormat.Raw))
        {
            scope.Warn(span, $"'{sensor.Id}': Home Assistant cannot read this format, so it is not announced there", "json or raw can be read");
        }

        if (sensor.HistoryTopic == sensor.Topic)
        {
            scope.Error(span, $"'{sensor.Id}': with home_assistant.discovery the backlog cannot go to the sensor's own topic", "Home Assistant would take old readings for the present value; leave history_topic out, or name another topic");
        }
    }
}
