namespace EdgeAgent.Mqtt;

/// <summary>What became of one call of <see cref="MqttConnection.TryPublish"/>. Only <see cref="Sent"/> took the message.</summary>
public enum PublishStatus
{
    /// <summary>Copied into the output buffer; it leaves with the next write. A QoS 1 message will be answered, or the connection ends.</summary>
    Sent,

    /// <summary>As many QoS 1 messages are unacknowledged as the broker allows (Receive Maximum). Try again after the next acknowledgement.</summary>
    WindowFull,

    /// <summary>The output buffer is full. <see cref="IMqttConnectionHandler.OnRoom"/> follows when it is not.</summary>
    BufferFull,

    /// <summary>Above the broker's Maximum Packet Size (or the protocol's own 256 MiB): it can never be sent on this connection.</summary>
    TooLarge,

    /// <summary>The broker does not offer the QoS or retained messages (Maximum QoS, Retain Available).</summary>
    Unsupported,

    /// <summary>The topic is empty, longer than 65 535 bytes, not UTF-8, or holds a wildcard or a null character; or a text given with it is not UTF-8. It can never be sent.</summary>
    Invalid,

    /// <summary>The connection is over or ending.</summary>
    Closed,
}
