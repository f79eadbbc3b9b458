using System.Collections.Immutable;
using System.Net;
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

    public static readonly Key<KeyValues> JsonKeys = Keys.Section(
        "json_keys", "what the agent's own keys are called in a JSON payload; no two the same", JsonNamesSection.All);

    public static readonly ImmutableArray<Key> All = [Topic, Format, Retain, JsonKeys];
}

/// <summary><c>status:</c> where the agent tells about itself.</summary>
internal static class StatusSection
{
    public static readonly Key<string> Topic = new("topic", "where the agent says online and offline, retained", new TopicShape("gateway"), "{gateway}/status");

    public static readonly Key<IPEndPoint?> Listen = new(
        "listen", "where the status page and the metrics are, over HTTP; off: nowhere", ListenShape.Instance, new(IPAddress.Loopback, 8377));

    public static readonly Key<Secret?> Token = Keys.OptionalSecret(
        "token", "what a client must show; needed where listen is not on this machine alone; better !secret NAME than the text itself");

    public static readonly ImmutableArray<Key> All = [Topic, Listen, Token];

    /// <summary>A token must not be found by trying.</summary>
    private const int ShortestToken = 16;

    public static StatusConfig Bind(KeyValues values, string gateway, ReadScope scope)
    {
        var (listen, token) = (values.Get(Listen), values.Get(Token));
        if (listen is not null && !IPAddress.IsLoopback(listen.Address) && token is null && values.NodeOf(Listen) is { } open)
        {
            scope.Error(
                open.Span,
                $"status.listen: {listen} can be reached from other machines, and there is no status.token",
                "set status.token: !secret NAME, or listen on 127.0.0.1 and come through ssh -L 8377:127.0.0.1:8377");
        }

        if (token is not null && (token.Reveal().Length < ShortestToken || token.Reveal().Any(static letter => letter is <= ' ' or > '~')) && values.NodeOf(Token) is { } weak)
        {
            scope.Error(weak.Span, $"status.token: expected at least {ShortestToken} letters, digits or signs without blanks", "openssl rand -hex 24 makes one");
        }

        return new(TopicTemplate.Expand(values.Get(Topic), ("gateway", gateway)), listen, token);
    }
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
