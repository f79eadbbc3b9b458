using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
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
