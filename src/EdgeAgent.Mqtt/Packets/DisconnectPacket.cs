namespace EdgeAgent.Mqtt.Packets;

/// <summary>DISCONNECT (section 3.14): decodes the broker's (5.0 only), encodes ours.</summary>
/// <param name="Code">Why.</param>
/// <param name="ReasonString">The broker's words, or null.</param>
/// <param name="ServerReference">Another server, or null.</param>
internal sealed record DisconnectPacket(DisconnectReasonCode Code, string? ReasonString, string? ServerReference)
{
    // Session Expiry Interval may not come from a broker [MQTT-3.14.2-2].
    private static readonly ulong Allowed = PropertyReader.Set(PropertyId.ReasonString, PropertyId.UserProperty, PropertyId.ServerReference);

    /// <summary>Decodes the bytes after the fixed header.</summary>
    public static DisconnectPacket? Decode(ReadOnlySpan<byte> body, out PacketError? error)
    {
        var reader = new PacketReader(body);
        var code = body.IsEmpty ? (byte)0 : reader.ReadByte();
        string? reasonString = null;
        string? serverReference = null;
        if (!reader.AtEnd)
        {
            var section = new PropertyReader(reader.ReadBytes(reader.ReadVariableByteInteger()), Allowed);
            while (section.MoveNext())
            {
                switch (section.Id)
                {
                    case PropertyId.ReasonString:
                        reasonString = section.ReadString();
                        break;
                    case PropertyId.ServerReference:
                        serverReference = section.ReadString();
                        break;
                    default:
                        section.Skip();
                        break;
                }
            }

            if (section.Error is { } inProperties)
            {
                reader.Fail(inProperties);
            }
        }

        if (!Enum.IsDefined((DisconnectReasonCode)code) || code == (int)DisconnectReasonCode.DisconnectWithWill)
        {
            reader.Fail(PacketError.Malformed($"a DISCONNECT with the unknown reason code 0x{code:X2}"));
        }

        error = reader.Finish();
        return error is null ? new DisconnectPacket((DisconnectReasonCode)code, reasonString, serverReference) : null;
    }

    /// <summary>Encodes ours. 3.1.1 has no codes.</summary>
    public static byte[] Encode(DisconnectReasonCode code, MqttProtocolVersion version)
    {
        var packet = new PacketWriter();
        return (version == MqttProtocolVersion.V5 && code != DisconnectReasonCode.NormalDisconnection ? packet.Byte((int)code) : packet)
            .ToPacket(PacketType.Disconnect);
    }
}
