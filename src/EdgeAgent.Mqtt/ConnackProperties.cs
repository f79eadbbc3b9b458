namespace EdgeAgent.Mqtt;

/// <summary>What the broker granted: the properties of CONNACK, with the specification's defaults where it said nothing.</summary>
public sealed record ConnackProperties
{
    /// <summary>The version in use: never <see cref="MqttProtocolVersion.Auto"/>.</summary>
    public required MqttProtocolVersion Protocol { get; init; }

    /// <summary>Whether the broker had kept the session.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>The client id in use: the one that was asked for, or that the broker assigned.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>How many QoS 1 publishes may be unacknowledged, 1 to 65 535.</summary>
    public int ReceiveMaximum { get; init; } = 65_535;

    /// <summary>The highest QoS that may be published.</summary>
    public MqttQos MaximumQos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>Whether retained messages may be published.</summary>
    public bool RetainAvailable { get; init; } = true;

    /// <summary>The largest packet that the broker takes, in bytes, its fixed header included.</summary>
    public long MaximumPacketSize { get; init; } = 268_435_460;

    /// <summary>How many topic aliases the broker would accept. This library sends none.</summary>
    public int TopicAliasMaximum { get; init; }

    /// <summary>The keep-alive in force; the broker's own if it set one. Zero is off.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>How long the broker keeps the session after the link is lost; <see cref="TimeSpan.MaxValue"/> for ever.</summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>The broker's own words, or null.</summary>
    public string? ReasonString { get; init; }

    /// <summary>Another server to use, in the broker's words, or null.</summary>
    public string? ServerReference { get; init; }

    /// <summary>The base of response topics, or null.</summary>
    public string? ResponseInformation { get; init; }

    /// <summary>Whether topic filters may hold wildcards.</summary>
    public bool WildcardSubscriptionAvailable { get; init; } = true;

    /// <summary>Whether subscriptions may carry an identifier.</summary>
    public bool SubscriptionIdentifiersAvailable { get; init; } = true;

    /// <summary>Whether <c>$share/...</c> filters may be used.</summary>
    public bool SharedSubscriptionAvailable { get; init; } = true;

    /// <summary>In the order of the packet.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];
}
