using System.Text;
using System.Text.Json;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Delivery;

/// <summary>
/// The retained message that says whether the gateway is there: 
/// <c>{"state":"online","reason":"started","version":"0.1.0","queued":12}</c>. It is the broker's to send when the link dies (the will,
/// which cannot know how many messages are queued by then), and the agent's at connect and at a clean stop. Thread-safe.
/// </summary>
internal sealed class Presence(string topic, string version)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topic);

    /// <summary>What the broker publishes when the agent vanishes.</summary>
    public MqttWill Will => new()
    {
        Topic = topic,
        Payload = Payload("offline", "connection lost", null),
        Qos = MqttQos.AtLeastOnce,
        Retain = true,
    };

    /// <summary>Says it now. Best effort: the next connection says it again, and the will stands behind it.</summary>
    /// <param name="connection">The present one.</param>
    /// <param name="state">online or offline.</param>
    /// <param name="reason">started, reconnected, stopped ...</param>
    /// <param name="queued">How many messages wait.</param>
    public void Announce(MqttConnection connection, string state, string reason, long queued) => _ = connection.TryPublish(
        new MqttPublish
        {
            Topic = _topic,
            Payload = Payload(state, reason, queued),
            Qos = MqttQos.AtLeastOnce,
            Retain = connection.Connack.RetainAvailable,
            IsUtf8Payload = true,
            ContentType = "application/json"u8,
        },
        PublishToken.Own.Bits);

    private byte[] Payload(string state, string reason, long? queued)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("state", state);
            json.WriteString("reason", reason);
            json.WriteString("version", version);
            if (queued is { } count)
            {
                json.WriteNumber("queued", count);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
