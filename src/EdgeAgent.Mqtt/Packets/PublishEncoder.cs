using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>
/// Encodes PUBLISH (section 3.3) straight into the output buffer: its size is known before its first byte is written, and nothing is
/// allocated.
/// </summary>
internal readonly ref struct PublishEncoder
{
    private const byte Retain = 0x01;

    // Wildcards [MQTT-3.3.2-2] and the null character [MQTT-4.7.3-2] have no place in a topic name.
    private static readonly SearchValues<byte> NotInTopics = SearchValues.Create([(byte)'+', (byte)'#', 0]);

    private readonly MqttPublish _message;
    private readonly bool _hasProperties;
    private readonly int _properties;
    private readonly long _remaining;

    public PublishEncoder(in MqttPublish message, MqttProtocolVersion version)
    {
        _message = message;
        _hasProperties = version == MqttProtocolVersion.V5;
        if (_hasProperties)
        {
            _properties = message.UserProperties.Encoded.Length
                + (message.IsUtf8Payload ? 2 : 0)
                + (message.MessageExpirySeconds.HasValue ? 5 : 0)
                + (message.ContentType.IsEmpty ? 0 : 3 + message.ContentType.Length);
        }

        _remaining = 2L + message.Topic.Length
            + (message.Qos == MqttQos.AtMostOnce ? 0 : 2)
            + (_hasProperties ? VariableByteInteger.Length(_properties) + _properties : 0)
            + message.Payload.Length;
    }

    /// <summary>The size of the whole packet, in bytes; above what the protocol can carry it is only a size to compare.</summary>
    public long Size => 1 + _remaining + (_remaining > VariableByteInteger.Maximum ? 5 : VariableByteInteger.Length((int)_remaining));

    /// <summary>Whether the texts may stand in a packet.</summary>
    public static bool IsValid(in MqttPublish message) =>
        message.Topic.Length is > 0 and <= ushort.MaxValue
        && !message.Topic.ContainsAny(NotInTopics)
        && Utf8.IsValid(message.Topic)
        && (message.ContentType.IsEmpty || IsText(message.ContentType));

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination, ushort packetId)
    {
        destination[0] = (byte)(((int)PacketType.Publish << 4) | ((int)_message.Qos << 1) | (_message.Retain ? Retain : 0));
        var at = 1 + VariableByteInteger.Write(destination[1..], (int)_remaining);
        at += WriteBinary(destination[at..], _message.Topic);
        if (_message.Qos != MqttQos.AtMostOnce)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[at..], packetId);
            at += 2;
        }

        if (_hasProperties)
        {
            at += WriteProperties(destination[at..]);
        }

        _message.Payload.CopyTo(destination[at..]);
    }

    private int WriteProperties(Span<byte> destination)
    {
        var at = VariableByteInteger.Write(destination, _properties);
        if (_message.IsUtf8Payload)
        {
            destination[at++] = (byte)PropertyId.PayloadFormatIndicator;
            destination[at++] = 1;
        }

        if (_message.MessageExpirySeconds is { } expiry)
        {
            destination[at++] = (byte)PropertyId.MessageExpiryInterval;
            BinaryPrimitives.WriteUInt32BigEndian(destination[at..], expiry);
            at += 4;
        }

        if (!_message.ContentType.IsEmpty)
        {
            destination[at++] = (byte)PropertyId.ContentType;
            at += WriteBinary(destination[at..], _message.ContentType);
        }

        var user = _message.UserProperties.Encoded;
        user.CopyTo(destination[at..]);
        return at + user.Length;
    }

    private static int WriteBinary(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)bytes.Length);
        bytes.CopyTo(destination[2..]);
        return 2 + bytes.Length;
    }

    private static bool IsText(ReadOnlySpan<byte> text) => text.Length <= ushort.MaxValue && Utf8.IsValid(text) && !text.Contains((byte)0);
}
