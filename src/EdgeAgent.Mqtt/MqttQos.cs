namespace EdgeAgent.Mqtt;

/// <summary>How often a message may arrive. QoS 2 is not supported: it costs two more packets and state on disk, and an id in the message does more.</summary>
public enum MqttQos
{
    /// <summary>QoS 0: sent once, never acknowledged, lost with the link.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged with PUBACK; may arrive more than once.</summary>
    AtLeastOnce = 1,
}
