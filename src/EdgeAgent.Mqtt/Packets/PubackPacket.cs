using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>PUBACK (section 3.4): decodes the broker's, encodes ours.</summary>
internal static class PubackPacket
{
    private static readonly ulong Allowed = PropertyReader.Set(PropertyId.ReasonString, PropertyId.UserProperty);

    /// <summary>The largest that <see cref="Write"/> writes, in bytes.</summary>
    public const int MaximumSize = 5;

    /// <summary>Decodes the bytes after the fixed header.</summary>
    public static PacketError? Decode(
        ReadOnlySpan<byte> body, MqttProtocolVersion version, out ushort packetId, out PubackReasonCode code, out string? reasonString)
    {
        code = PubackReasonCode.Success;
        reasonString = null;
        var reader = new PacketReader(body);
        packetId = reader.ReadPacketId();
        if (version == MqttProtocolVersion.V5 && !reader.AtEnd)
        {
            // A reason code of success and an empty property section may both be left out (section 3.4.2.1).
            code = (PubackReasonCode)reader.ReadByte();
            if (!reader.AtEnd)
            {
                reasonString = ReasonProperties.Read(ref reader, Allowed);
            }
        }

        return reader.Finish();
    }

    /// <summary>Writes a PUBACK and returns its size; 3.1.1 has no codes.</summary>
    public static int Write(Span<byte> destination, ushort packetId, PubackReasonCode code, MqttProtocolVersion version)
    {
        var withCode = version == MqttProtocolVersion.V5 && code != PubackReasonCode.Success;
        destination[0] = (int)PacketType.Puback << 4;
        destination[1] = (byte)(withCode ? 3 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], packetId);
        if (withCode)
        {
            destination[4] = (byte)code;
        }

        return withCode ? 5 : 4;
    }
}

/// <summary>The property section of the acknowledgements, of which only the reason string is of use.</summary>
internal static class ReasonProperties
{
    /// <summary>Reads the section with its length; errors go to the reader.</summary>
    public static string? Read(ref PacketReader reader, ulong allowed)
    {
        string? reason = null;
        var section = new PropertyReader(reader.ReadBytes(reader.ReadVariableByteInteger()), allowed);
        while (section.MoveNext())
        {
            if (section.Id == PropertyId.ReasonString)
            {
                reason = Encoding.UTF8.GetString(section.ReadText());
            }
            else
            {
                section.Skip();
            }
        }

        if (section.Error is { } error)
        {
            reader.Fail(error);
        }

        return reason;
    }
}
