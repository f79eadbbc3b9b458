namespace EdgeAgent.Mqtt.Packets;

internal enum FrameStatus
{
    /// <summary>A whole packet is there.</summary>
    Complete,

    /// <summary>More bytes must come first.</summary>
    Incomplete,

    /// <summary>The stream is broken for good; see the error.</summary>
    Bad,
}

/// <summary>One packet within a buffer.</summary>
/// <param name="Type">From its first byte.</param>
/// <param name="Flags">The lower four bits of its first byte.</param>
/// <param name="BodyStart">Where the bytes after the fixed header begin.</param>
/// <param name="Length">Of the whole packet; or, while incomplete, of what is known to be needed.</param>
internal readonly record struct Frame(PacketType Type, int Flags, int BodyStart, int Length);

/// <summary>
/// Finds the packets in a stream of bytes. Judges the fixed header as soon as it is there, so that neither memory nor time goes
/// into a packet that is too large or may not come at all.
/// </summary>
/// <param name="version">Of the connection: only 5.0 has DISCONNECT from the broker, and AUTH.</param>
/// <param name="maximumPacketSize">Bytes, the fixed header included.</param>
internal sealed class FrameReader(MqttProtocolVersion version, int maximumPacketSize)
{
    /// <summary>Looks at the packet that begins at the first byte of <paramref name="bytes"/>.</summary>
    public FrameStatus Read(ReadOnlySpan<byte> bytes, out Frame frame, out PacketError? error)
    {
        frame = default;
        error = null;
        if (bytes.IsEmpty)
        {
            return FrameStatus.Incomplete;
        }

        var type = (PacketType)(bytes[0] >> 4);
        var flags = bytes[0] & 0x0F;
        error = CheckFirstByte(type, flags);
        if (error is not null)
        {
            return FrameStatus.Bad;
        }

        var status = VariableByteInteger.TryRead(bytes[1..], out var remaining, out var lengthBytes);
        if (status == VariableByteIntegerStatus.Malformed)
        {
            error = PacketError.VariableByteInteger;
            return FrameStatus.Bad;
        }

        if (status == VariableByteIntegerStatus.Incomplete)
        {
            frame = new Frame(type, flags, 0, bytes.Length + 1);
            return FrameStatus.Incomplete;
        }

        var bodyStart = 1 + lengthBytes;
        var length = bodyStart + remaining;
        if (length > maximumPacketSize)
        {
            error = new PacketError(DisconnectReasonCode.PacketTooLarge, $"a packet of {length} bytes, above the maximum of {maximumPacketSize}");
            return FrameStatus.Bad;
        }

        frame = new Frame(type, flags, bodyStart, length);
        return length <= bytes.Length ? FrameStatus.Complete : FrameStatus.Incomplete;
    }

    /// <summary>Only what a broker may send, with the flags of section 2.1.3 [MQTT-2.1.3-1].</summary>
    private PacketError? CheckFirstByte(PacketType type, int flags)
    {
        var mayCome = type is PacketType.Connack or PacketType.Publish or PacketType.Puback or PacketType.Suback or PacketType.Unsuback or PacketType.Pingresp
            || (type == PacketType.Disconnect && version == MqttProtocolVersion.V5);
        if (!mayCome)
        {
            return Enum.IsDefined(type)
                ? PacketError.Protocol($"a packet that does not belong here: {type.ToString().ToUpperInvariant()}")
                : PacketError.Malformed("a packet of the reserved type 0");
        }

        return type != PacketType.Publish && flags != 0 ? PacketError.HeaderFlags : null;
    }
}
