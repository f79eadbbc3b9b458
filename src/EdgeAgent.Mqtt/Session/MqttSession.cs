namespace EdgeAgent.Mqtt.Session;

/// <summary>What the client keeps of a session (section 4.1): the unacknowledged publishes and their packet ids.</summary>
internal sealed class MqttSession
{
    public InFlightTable InFlight { get; } = new();

    /// <summary>The version in which the publishes are kept.</summary>
    public MqttProtocolVersion Protocol { get; set; }
}
