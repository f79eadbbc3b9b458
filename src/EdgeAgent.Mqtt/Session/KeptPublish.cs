using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Session;

/// <summary>What can be done with an encoded QoS 1 PUBLISH of our own without its message.</summary>
internal static class KeptPublish
{
    private const byte Retain = 0x01;
    private const byte Duplicate = 0x08;

    /// <summary>Sets or clears DUP: set when the broker has the session [MQTT-3.3.1-1], clear when it is a new message to it.</summary>
    public static void MarkDuplicate(Span<byte> packet, bool isDuplicate) =>
        packet[0] = (byte)(isDuplicate ? packet[0] | Duplicate : packet[0] & ~Duplicate);

    /// <summary>Why a broker with these limits may not be sent the packet, or null.</summary>
    public static PubackReasonCode? Refusal(ReadOnlySpan<byte> packet, ConnackProperties broker) =>
        packet.Length > broker.MaximumPacketSize ? PubackReasonCode.PacketTooLarge
        : broker.MaximumQos == MqttQos.AtMostOnce || ((packet[0] & Retain) != 0 && !broker.RetainAvailable) ? PubackReasonCode.ImplementationSpecificError
        : null;

    /// <summary>The same publish in the other version: without its properties in 3.1.1, with none in 5.0.</summary>
    public static byte[] Convert(ReadOnlySpan<byte> packet, MqttProtocolVersion to)
    {
        VariableByteInteger.TryRead(packet[1..], out _, out var lengthBytes);
        var body = new PacketReader(packet[(1 + lengthBytes)..]);
        var converted = new PacketWriter().Binary(body.ReadBinary()).UInt16(body.ReadPacketId());
        if (to == MqttProtocolVersion.V5)
        {
            converted.VariableByteInteger(0);
        }
        else
        {
            body.ReadBytes(body.ReadVariableByteInteger());
        }

        return converted.Bytes(body.ReadRest()).ToPacket(PacketType.Publish, packet[0] & 0x0F);
    }
}
