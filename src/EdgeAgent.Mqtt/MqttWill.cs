namespace EdgeAgent.Mqtt;

/// <summary>The message that the broker publishes when the connection ends without a normal DISCONNECT.</summary>
public sealed record MqttWill
{
    /// <summary>Where to: a topic name without wildcards.</summary>
    public required string Topic { get; init; }

    /// <summary>Up to 65 535 bytes. The default is empty.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The default is QoS 1.</summary>
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>Whether it is kept for later subscribers. The default is false.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5.0: how long the broker waits for the client to come back before it publishes, in whole seconds. The default is zero.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>MQTT 5.0: says that the payload is UTF-8 text. The default is false.</summary>
    public bool IsUtf8Payload { get; init; }

    /// <summary>MQTT 5.0: a MIME type, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>MQTT 5.0: how long the published will is of interest, in whole seconds; null for ever.</summary>
    public TimeSpan? MessageExpiry { get; init; }

    /// <summary>MQTT 5.0.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];
}
