using System.Collections.Immutable;
using System.Net;
using EdgeAgent.Readings;

namespace EdgeAgent.Configuration;

/// <summary>The whole configuration, checked. Immutable; made only by the reader, so whatever holds one may trust it.</summary>
internal sealed record AgentConfig
{
    /// <summary>The first part of every topic by default; the host name where none is set.</summary>
    public required string Gateway { get; init; }

    /// <summary>Null where no broker is set: the agent samples and buffers, and says what to set.</summary>
    public required BrokerConfig? Broker { get; init; }

    public required QueueConfig Queue { get; init; }

    public required ClockConfig Clock { get; init; }

    public required DeliveryConfig Delivery { get; init; }

    public required StatusConfig Status { get; init; }

    /// <summary>Null where Home Assistant is told nothing.</summary>
    public HomeAssistantConfig? HomeAssistant { get; init; }

    /// <summary>What the agent's own keys are called in JSON payloads.</summary>
    public JsonNames JsonNames { get; init; } = JsonNames.Default;

    public required ImmutableArray<SensorConfig> Sensors { get; init; }
}

internal sealed record BrokerConfig
{
    /// <summary>At least one, tried in this order.</summary>
    public required ImmutableArray<BrokerAddress> Addresses { get; init; }

    public required string ClientId { get; init; }

    public string? Username { get; init; }

    public Secret? Password { get; init; }

    public ProtocolChoice Protocol { get; init; }

    public required TimeSpan KeepAlive { get; init; }

    /// <summary>For the addresses with mqtts.</summary>
    public TlsConfig Tls { get; init; } = new();

    public required TimeSpan BackoffInitial { get; init; }

    public required TimeSpan BackoffMaximum { get; init; }
}

/// <summary>How to verify the broker, and how to prove who the client is. The files are PEM.</summary>
internal sealed record TlsConfig
{
    /// <summary>The authorities to trust; null: those of the system.</summary>
    public string? CaFile { get; init; }

    public string? CertFile { get; init; }

    /// <summary>The key of the certificate; null: it stands in the certificate's file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the broker's certificate must carry; null: the host.</summary>
    public string? ServerName { get; init; }

    /// <summary>The application protocol to ask for; null: none.</summary>
    public string? Alpn { get; init; }
}

/// <summary>One broker.</summary>
/// <param name="Host">A name or an address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Tls">True for mqtts.</param>
internal sealed record BrokerAddress(string Host, int Port, bool Tls)
{
    public override string ToString() => $"{(Tls ? "mqtts" : "mqtt")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}

/// <summary>Which MQTT version to speak; Auto tries 5.0, then 3.1.1.</summary>
internal enum ProtocolChoice
{
    Auto,
    V5,
    V311,
}

/// <summary>A text that no log, status or dump may show.</summary>
internal sealed class Secret(string value) : IEquatable<Secret>
{
    public string Reveal() => value;

    public bool Equals(Secret? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "***";
}

internal enum WhenFull
{
    Thin,
    DropOldest,
    DropNewest,
}

internal sealed record QueueConfig
{
    public required string Path { get; init; }

    /// <summary>How much of the newest data a power cut may cost; zero: nothing that was accepted.</summary>
    public required TimeSpan LossWindow { get; init; }

    /// <summary>Bytes of (pages - free pages) x page size + WAL.</summary>
    public required long MaxSize { get; init; }

    public required TimeSpan MaxAge { get; init; }

    public required WhenFull WhenFull { get; init; }

    /// <summary>Bytes that stay free on the file system.</summary>
    public required long KeepFree { get; init; }
}

/// <param name="TrustRtc">True where a battery-backed clock is fitted.</param>
internal sealed record ClockConfig(bool TrustRtc);

internal enum DeliveryOrder
{
    LiveFirst,
    OldestFirst,
}

internal sealed record DeliveryConfig
{
    public required DeliveryOrder Order { get; init; }

    /// <summary>1 to 65535; never above the broker's Receive Maximum.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>Messages per second over both lanes; null: unlimited.</summary>
    public double? Rate { get; init; }
}

/// <param name="Topic">Where the agent says online and offline.</param>
/// <param name="Listen">Where the status page is; null: nowhere.</param>
/// <param name="Token">What a client must show; never null where <paramref name="Listen"/> can be reached from other machines.</param>
internal sealed record StatusConfig(string Topic, IPEndPoint? Listen, Secret? Token);

/// <param name="Prefix">The first part of Home Assistant's own topics.</param>
internal sealed record HomeAssistantConfig(string Prefix);

/// <summary>What every sensor has, and the keys of its own kind.</summary>
internal sealed record SensorConfig
{
    public required string Id { get; init; }

    /// <summary>The name of the kind, as in the file.</summary>
    public required string Type { get; init; }

    /// <summary>50 ms to 1 day.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long one read may take.</summary>
    public required TimeSpan Timeout { get; init; }

    public required string Topic { get; init; }

    public string? HistoryTopic { get; init; }

    public PayloadFormat Format { get; init; }

    public JsonNames JsonNames { get; init; } = JsonNames.Default;

    public bool Retain { get; init; }

    public TimeSpan? Expiry { get; init; }

    public MessagePriority Priority { get; init; }

    public OfflinePolicy Offline { get; init; }

    public string? Unit { get; init; }

    /// <summary>The keys that only this kind has.</summary>
    public required KeyValues Settings { get; init; }
}
