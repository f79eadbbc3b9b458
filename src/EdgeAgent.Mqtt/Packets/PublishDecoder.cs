using System.Buffers;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>Decodes an incoming PUBLISH (section 3.3) without an allocation.</summary>
internal static class PublishDecoder
{
    private static readonly ulong Allowed = PropertyReader.Set(
        PropertyId.PayloadFormatIndicator, PropertyId.MessageExpiryInterval, PropertyId.ContentType, PropertyId.ResponseTopic,
        PropertyId.CorrelationData, PropertyId.SubscriptionIdentifier, PropertyId.TopicAlias, PropertyId.UserProperty);

    private static readonly ulong Repeatable = PropertyReader.Set(PropertyId.UserProperty, PropertyId.SubscriptionIdentifier);
    private static readonly SearchValues<byte> Wildcards = SearchValues.Create([(byte)'+', (byte)'#']);

    /// <summary>Decodes the bytes after the fixed header. The message points into them, and into the aliases.</summary>
    public static PacketError? Decode(ReadOnlySpan<byte> body, int flags, MqttProtocolVersion version, TopicAliases aliases, out ReceivedPublish message)
    {
        message = default;
        var qos = (flags >> 1) & 3;
        if (CheckFlags(flags, qos) is { } bad)
        {
            return bad;
        }

        var reader = new PacketReader(body);
        var topic = reader.ReadText();
        if (topic.ContainsAny(Wildcards))
        {
            reader.Fail(PacketError.Protocol("a PUBLISH with a wildcard in its topic")); // [MQTT-3.3.2-2]
        }

        var packetId = qos == 0 ? (ushort)0 : reader.ReadPacketId();
        var properties = default(PublishProperties);
        var section = default(ReadOnlySpan<byte>);
        if (version == MqttProtocolVersion.V5)
        {
            section = reader.ReadBytes(reader.ReadVariableByteInteger());
            properties = ReadProperties(section, out var inProperties);
            if (inProperties is not null)
            {
                reader.Fail(inProperties);
            }
        }

        var payload = reader.ReadRest();
        var error = reader.Error ?? aliases.Resolve(ref topic, properties.TopicAlias);
        if (error is not null)
        {
            return error;
        }

        message = new ReceivedPublish
        {
            Topic = topic,
            Payload = payload,
            Qos = (MqttQos)qos,
            PacketId = packetId,
            Retain = (flags & 1) != 0,
            IsDuplicate = (flags & 8) != 0,
            IsUtf8Payload = properties.IsUtf8Payload,
            ContentType = properties.ContentType,
            ResponseTopic = properties.ResponseTopic,
            CorrelationData = properties.CorrelationData,
            MessageExpirySeconds = properties.MessageExpirySeconds,
            SubscriptionIdentifier = properties.SubscriptionIdentifier,
            UserProperties = new UserPropertyEnumerator(new PropertyReader(section, Allowed, Repeatable)),
        };
        return null;
    }

    private static PacketError? CheckFlags(int flags, int qos) => qos switch
    {
        3 => PacketError.Malformed("a PUBLISH with QoS 3"), // [MQTT-3.3.1-4]
        2 => new PacketError(
            DisconnectReasonCode.ImplementationSpecificError,
            "a PUBLISH with QoS 2, which was never asked for (is there an older session of this client id? connect once with a clean start)"),
        0 when (flags & 8) != 0 => PacketError.Malformed("a PUBLISH with QoS 0 marked as a duplicate"), // [MQTT-3.3.1-2]
        _ => null,
    };

    private static PublishProperties ReadProperties(ReadOnlySpan<byte> bytes, out PacketError? error)
    {
        var properties = default(PublishProperties);
        var section = new PropertyReader(bytes, Allowed, Repeatable);
        while (section.MoveNext())
        {
            switch (section.Id)
            {
                case PropertyId.PayloadFormatIndicator:
                    properties.IsUtf8Payload = section.ReadFlag();
                    break;
                case PropertyId.MessageExpiryInterval:
                    properties.MessageExpirySeconds = section.ReadUInt32();
                    break;
                case PropertyId.ContentType:
                    properties.ContentType = section.ReadText();
                    break;
                case PropertyId.ResponseTopic:
                    properties.ResponseTopic = section.ReadText();
                    if (properties.ResponseTopic.ContainsAny(Wildcards))
                    {
                        section.Fail(PacketError.Protocol("a PUBLISH with a wildcard in its response topic")); // [MQTT-3.3.2-14]
                    }

                    break;
                case PropertyId.CorrelationData:
                    properties.CorrelationData = section.ReadBinary();
                    break;
                case PropertyId.SubscriptionIdentifier:
                    var identifier = section.ReadVariableByteInteger();
                    if (identifier == 0)
                    {
                        section.Fail(PacketError.Protocol("a subscription identifier of zero"));
                    }

                    properties.SubscriptionIdentifier = properties.SubscriptionIdentifier == 0 ? identifier : properties.SubscriptionIdentifier;
                    break;
                case PropertyId.TopicAlias:
                    properties.TopicAlias = section.ReadUInt16();
                    break;
                default:
                    section.Skip();
                    break;
            }
        }

        error = section.Error;
        return properties;
    }

    private ref struct PublishProperties
    {
        public bool IsUtf8Payload;
        public uint? MessageExpirySeconds;
        public ReadOnlySpan<byte> ContentType;
        public ReadOnlySpan<byte> ResponseTopic;
        public ReadOnlySpan<byte> CorrelationData;
        public int SubscriptionIdentifier;
        public int? TopicAlias;
    }
}
