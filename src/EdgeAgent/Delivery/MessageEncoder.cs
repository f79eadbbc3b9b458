using EdgeAgent.Mqtt;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Delivery;

/// <summary>Turns queued messages into publishes. Not thread-safe: the drainer's loop owns it. Allocates nothing in the steady state.</summary>
internal sealed class MessageEncoder
{
    /// <summary>Room for the id as a user property, its name and lengths included.</summary>
    private const int PropertiesSize = 128;

    private readonly byte[] _id = new byte[MessageId.LongestLength];
    private readonly byte[] _properties = new byte[PropertiesSize];
    private readonly PayloadWriter _payloads = new();

    /// <summary>The publish of a message. Its spans are valid until the next call.</summary>
    /// <param name="message">As taken from the queue.</param>
    /// <param name="mayRetain">False where the broker has no retained messages.</param>
    /// <param name="expirySeconds">What is left of the message's expiry; null for none.</param>
    public MqttPublish Encode(in QueuedMessage message, bool mayRetain, uint? expirySeconds)
    {
        var isHistorical = message.Lane == Lane.Backlog;
        var envelope = _payloads.Encoded(message.Envelope);
        _ = new MessageId(message.Era.Name, message.Sequence).TryFormat(_id, out var idLength);
        var id = _id.AsSpan(0, idLength);
        var payload = _payloads.Write(
            new PayloadSource
            {
                Body = message.Body,
                WallTime = message.WallTime,
                IsTimeSure = message.Era.IsSynchronized,
                IsHistorical = isHistorical,
                Id = id,
            },
            envelope);
        var properties = new UserPropertyList(_properties);
        _ = properties.TryAdd("id"u8, id);
        return new MqttPublish
        {
            Topic = isHistorical ? envelope.HistoryTopic : envelope.Topic,
            Payload = payload,
            Qos = MqttQos.AtLeastOnce,
            // A backlog message would overwrite the current value with an old one.
            Retain = mayRetain && message.Envelope.Retain && !isHistorical,
            IsUtf8Payload = message.Body.Kind != BodyKind.Bytes || message.Lane == Lane.Ledger,
            ContentType = envelope.ContentType,
            MessageExpirySeconds = expirySeconds,
            UserProperties = properties,
        };
    }
}
