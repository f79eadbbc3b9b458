namespace EdgeAgent.Mqtt;

/// <summary>A message that came in. Its spans are valid during <see cref="IMqttConnectionHandler.OnMessage"/> only.</summary>
public readonly ref struct ReceivedPublish
{
    /// <summary>UTF-8, never empty: an alias is already resolved.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The bytes as they came.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The QoS it was delivered with. QoS 1 wants <see cref="MqttConnection.Acknowledge(ushort)"/>.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>For <see cref="MqttConnection.Acknowledge(ushort)"/>; zero with QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>It is the retained message of its topic.</summary>
    public bool Retain { get; init; }

    /// <summary>It may have been delivered before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>MQTT 5.0: the sender says that the payload is UTF-8 text. It is not checked.</summary>
    public bool IsUtf8Payload { get; init; }

    /// <summary>MQTT 5.0: UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>MQTT 5.0: UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> ResponseTopic { get; init; }

    /// <summary>MQTT 5.0: empty for none.</summary>
    public ReadOnlySpan<byte> CorrelationData { get; init; }

    /// <summary>MQTT 5.0: the rest of the message's life in seconds; null for ever.</summary>
    public uint? MessageExpirySeconds { get; init; }

    /// <summary>MQTT 5.0: the first identifier of a matching subscription, or zero.</summary>
    public int SubscriptionIdentifier { get; init; }

    /// <summary>MQTT 5.0: in the order of the packet.</summary>
    public UserPropertyEnumerator UserProperties { get; init; }
}
