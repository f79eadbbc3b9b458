namespace EdgeAgent.Mqtt;

/// <summary>A name and a value of the caller's own (MQTT 5.0). Names may repeat, and their order is kept.</summary>
/// <param name="Name">Up to 65 535 bytes as UTF-8, without null characters.</param>
/// <param name="Value">Up to 65 535 bytes as UTF-8, without null characters.</param>
public sealed record MqttUserProperty(string Name, string Value);
