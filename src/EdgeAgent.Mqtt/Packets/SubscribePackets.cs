namespace EdgeAgent.Mqtt.Packets;

/// <summary>Encodes SUBSCRIBE and UNSUBSCRIBE, decodes SUBACK and UNSUBACK (sections 3.8 to 3.11).</summary>
internal static class SubscribePackets
{
    // Bits 3 to 0 of the first byte are fixed [MQTT-3.8.1-1], [MQTT-3.10.1-1].
    private const int Flags = 2;
    private static readonly ulong Allowed = PropertyReader.Set(PropertyId.ReasonString, PropertyId.UserProperty);

    public static byte[] EncodeSubscribe(IReadOnlyList<MqttSubscription> subscriptions, ushort packetId, MqttProtocolVersion version)
    {
        var packet = Begin(packetId, version);
        foreach (var subscription in subscriptions)
        {
            packet.Text(subscription.Filter).Byte(Options(subscription, version));
        }

        return packet.ToPacket(PacketType.Subscribe, Flags);
    }

    public static byte[] EncodeUnsubscribe(IReadOnlyList<string> filters, ushort packetId, MqttProtocolVersion version)
    {
        var packet = Begin(packetId, version);
        foreach (var filter in filters)
        {
            packet.Text(filter);
        }

        return packet.ToPacket(PacketType.Unsubscribe, Flags);
    }

    /// <summary>Decodes the bytes after the fixed header. The number of codes is for the caller to compare with the request.</summary>
    /// <param name="body">All of them.</param>
    /// <param name="isSuback">Else it is an UNSUBACK.</param>
    /// <param name="version">3.1.1 has no properties, and no codes in UNSUBACK.</param>
    /// <param name="acknowledgement">The result, when no error is returned.</param>
    public static PacketError? Decode(ReadOnlySpan<byte> body, bool isSuback, MqttProtocolVersion version, out SubscriptionAcknowledgement acknowledgement)
    {
        var reader = new PacketReader(body);
        var packetId = reader.ReadPacketId();
        var reason = version == MqttProtocolVersion.V5 ? ReasonProperties.Read(ref reader, Allowed) : null;
        var codes = new List<SubscriptionReasonCode>();
        while (!reader.AtEnd && (isSuback || version == MqttProtocolVersion.V5))
        {
            var code = reader.ReadByte();
            if (!IsCode(code, isSuback, version))
            {
                reader.Fail(PacketError.Malformed($"a subscription acknowledgement with the unknown code 0x{code:X2}"));
            }

            codes.Add((SubscriptionReasonCode)code);
        }

        acknowledgement = new SubscriptionAcknowledgement(packetId, codes, reason);
        return reader.Finish();
    }

    private static bool IsCode(byte code, bool isSuback, MqttProtocolVersion version) =>
        version == MqttProtocolVersion.V311
            ? code is 0 or 1 or 2 or 0x80
            : Enum.IsDefined((SubscriptionReasonCode)code) && (isSuback ? code != 0x11 : code is not (1 or 2));

    private static PacketWriter Begin(ushort packetId, MqttProtocolVersion version)
    {
        var packet = new PacketWriter().UInt16(packetId);
        return version == MqttProtocolVersion.V5 ? packet.VariableByteInteger(0) : packet;
    }

    private static int Options(MqttSubscription subscription, MqttProtocolVersion version) => version == MqttProtocolVersion.V5
        ? (int)subscription.MaximumQos | (subscription.NoLocal ? 4 : 0) | (subscription.RetainAsPublished ? 8 : 0) | ((int)subscription.RetainHandling << 4)
        : (int)subscription.MaximumQos;
}

/// <summary>A decoded SUBACK or UNSUBACK.</summary>
internal sealed record SubscriptionAcknowledgement(ushort PacketId, IReadOnlyList<SubscriptionReasonCode> Codes, string? ReasonString);
