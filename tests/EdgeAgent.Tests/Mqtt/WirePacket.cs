using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>A packet as it stood on the wire, taken apart by code that shares nothing with the library.</summary>
internal sealed class WirePacket(byte[] bytes)
{
    public byte[] Bytes => bytes;

    public int Type => bytes[0] >> 4;

    public int Flags => bytes[0] & 0x0F;

    public ReadOnlySpan<byte> Body => bytes.AsSpan(HeaderLength());

    /// <summary>Of a PUBLISH.</summary>
    public int Qos => (Flags >> 1) & 3;

    /// <summary>Of a PUBLISH.</summary>
    public bool IsDuplicate => (Flags & 8) != 0;

    /// <summary>Of a PUBLISH.</summary>
    public bool IsRetained => (Flags & 1) != 0;

    /// <summary>Of a PUBLISH.</summary>
    public string Topic => Encoding.UTF8.GetString(Body.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(Body)));

    /// <summary>Of a PUBLISH with QoS 1, or of a packet that begins with its packet id.</summary>
    public ushort PacketId => BinaryPrimitives.ReadUInt16BigEndian(Type == 3 ? Body[(2 + BinaryPrimitives.ReadUInt16BigEndian(Body))..] : Body);

    /// <summary>Of a PUBLISH: what follows the topic and the packet id, which in 5.0 begins with the properties.</summary>
    public byte[] AfterVariableHeader => Body[(2 + BinaryPrimitives.ReadUInt16BigEndian(Body) + (Qos == 0 ? 0 : 2))..].ToArray();

    /// <summary>Of a PUBLISH of 5.0: the property section without its length.</summary>
    public byte[] Properties
    {
        get
        {
            var length = ReadLength(AfterVariableHeader, out var lengthBytes);
            return AfterVariableHeader[lengthBytes..(lengthBytes + length)];
        }
    }

    /// <summary>Of a PUBLISH of 5.0.</summary>
    public byte[] Payload
    {
        get
        {
            var length = ReadLength(AfterVariableHeader, out var lengthBytes);
            return AfterVariableHeader[(lengthBytes + length)..];
        }
    }

    /// <summary>Of a PUBLISH of 5.0, as text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    private int HeaderLength()
    {
        ReadLength(bytes.AsSpan(1), out var lengthBytes);
        return 1 + lengthBytes;
    }

    private static int ReadLength(ReadOnlySpan<byte> from, out int lengthBytes)
    {
        var value = 0;
        for (lengthBytes = 0; ;)
        {
            var next = from[lengthBytes];
            value |= (next & 0x7F) << (7 * lengthBytes++);
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
