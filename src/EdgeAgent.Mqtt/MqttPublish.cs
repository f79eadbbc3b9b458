namespace EdgeAgent.Mqtt;

/// <summary>
/// A message to publish. Everything is copied by <see cref="MqttConnection.TryPublish"/>. What stands under MQTT 5.0 is left out
/// on a connection that speaks 3.1.1.
/// </summary>
public readonly ref struct MqttPublish
{
    /// <summary>UTF-8, 1 to 65 535 bytes, without wildcards and null characters.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>Any bytes; may be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The default is QoS 0.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>Whether the broker keeps it for later subscribers.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5.0: says that the payload is UTF-8 text. It is not checked here.</summary>
    public bool IsUtf8Payload { get; init; }

    /// <summary>MQTT 5.0: a MIME type as UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>MQTT 5.0: how many seconds the message is of interest; null for ever.</summary>
    public uint? MessageExpirySeconds { get; init; }

    /// <summary>MQTT 5.0: names and values of the caller's own.</summary>
    public UserPropertyList UserProperties { get; init; }
}
