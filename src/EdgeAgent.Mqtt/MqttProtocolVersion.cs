namespace EdgeAgent.Mqtt;

/// <summary>The version of MQTT that a connection speaks. The numbers are those of the CONNECT packet.</summary>
public enum MqttProtocolVersion
{
    /// <summary>As an option: 5.0 first, then 3.1.1 with a broker that does not know it. Never the version of a connection.</summary>
    Auto = 0,

    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V5 = 5,
}
