using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>
/// Builds the rare packets (CONNECT, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT): fields first, then the fixed header in front of them.
/// The packets of the fast path are written directly into the output buffer.
/// </summary>
internal sealed class PacketWriter
{
    private readonly ArrayBufferWriter<byte> _body = new();

    public PacketWriter Byte(int value)
    {
        _body.GetSpan(1)[0] = (byte)value;
        _body.Advance(1);
        return this;
    }

    public PacketWriter UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_body.GetSpan(2), checked((ushort)value));
        _body.Advance(2);
        return this;
    }

    public PacketWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_body.GetSpan(4), value);
        _body.Advance(4);
        return this;
    }

    public PacketWriter VariableByteInteger(int value)
    {
        _body.Advance(Packets.VariableByteInteger.Write(_body.GetSpan(4), value));
        return this;
    }

    public PacketWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _body.Write(bytes);
        return this;
    }

    public PacketWriter Binary(ReadOnlySpan<byte> bytes) => UInt16(bytes.Length).Bytes(bytes);

    public PacketWriter Text(string text) => Binary(Encoding.UTF8.GetBytes(text));

    /// <summary>A property section with its length in front (section 2.2.2).</summary>
    public PacketWriter Properties(Action<PropertyWriter> write)
    {
        var properties = new PropertyWriter();
        write(properties);
        return VariableByteInteger(properties.Encoded.Length).Bytes(properties.Encoded);
    }

    /// <summary>The whole packet (section 2.1).</summary>
    /// <param name="type">Its type.</param>
    /// <param name="flags">The lower four bits of its first byte.</param>
    public byte[] ToPacket(PacketType type, int flags = 0)
    {
        var remaining = _body.WrittenCount;
        var header = 1 + Packets.VariableByteInteger.Length(remaining);
        var packet = new byte[header + remaining];
        packet[0] = (byte)(((int)type << 4) | flags);
        Packets.VariableByteInteger.Write(packet.AsSpan(1), remaining);
        _body.WrittenSpan.CopyTo(packet.AsSpan(header));
        return packet;
    }
}

/// <summary>Builds a property section; leaves out what has the specification's default.</summary>
internal sealed class PropertyWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Encoded => _bytes.WrittenSpan;

    public PropertyWriter Byte(PropertyId id, int value)
    {
        var span = Begin(id, 1);
        span[0] = (byte)value;
        _bytes.Advance(1);
        return this;
    }

    public PropertyWriter UInt16(PropertyId id, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Begin(id, 2), checked((ushort)value));
        _bytes.Advance(2);
        return this;
    }

    public PropertyWriter UInt32(PropertyId id, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Begin(id, 4), value);
        _bytes.Advance(4);
        return this;
    }

    public PropertyWriter Text(PropertyId id, string text)
    {
        Begin(id, 0);
        AppendText(text);
        return this;
    }

    public PropertyWriter UserProperties(IEnumerable<MqttUserProperty> properties)
    {
        foreach (var property in properties)
        {
            Begin(PropertyId.UserProperty, 0);
            AppendText(property.Name);
            AppendText(property.Value);
        }

        return this;
    }

    private Span<byte> Begin(PropertyId id, int size)
    {
        _bytes.GetSpan(1 + size)[0] = (byte)id;
        _bytes.Advance(1);
        return _bytes.GetSpan(Math.Max(size, 1));
    }

    private void AppendText(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), checked((ushort)encoded.Length));
        _bytes.Advance(2);
        _bytes.Write(encoded);
    }
}
