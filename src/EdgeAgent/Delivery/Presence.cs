using System.Text;
using System.Text.Json;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Delivery;

/// <summary>
/// The retained message that says whether the gateway is there: <c>{"state":"online","version":"0.1.0"}</c>. It is the broker's to
/// send when the link dies (the will), and the agent's at connect and at a clean stop. Thread-safe.
/// </summary>
internal sealed class Presence(string topic, string version)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topic);

    /// <summary>What the broker publishes when the agent vanishes.</summary>
    public MqttWill Will => new()
    {
        Topic = topic,
        Payload = Payload("offline", "connection lost"),
        Qos = MqttQos.AtLeastOnce,
        Retain = true,
    };

    /// <summary>Says it now. Best effort: the next connection says it again, and the will stands behind it.</summary>
    public void Announce(MqttConnection connection, string state, string? reason) => _ = connection.TryPublish(
        new MqttPublish
        {
            Topic = _topic,
            Payload = Payload(state, reason),
            Qos = MqttQos.AtLeastOnce,
            Retain = connection.Connack.RetainAvailable,
            IsUtf8Payload = true,
            ContentType = "application/json"u8,
        },
        PublishToken.Own.Bits);

    private byte[] Payload(string state, string? reason)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("state", state);
            if (reason is not null)
            {
                json.WriteString("reason", reason);
            }

            json.WriteString("version", version);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
