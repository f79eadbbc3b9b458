using System.Buffers.Binary;
using System.Text.Unicode;

namespace EdgeAgent.Mqtt;

/// <summary>User properties of a publish, encoded into a buffer of the caller's (such as the stack) without an allocation.</summary>
/// <param name="buffer">Takes 5 bytes and the UTF-8 of both texts for each property.</param>
public ref struct UserPropertyList(Span<byte> buffer)
{
    private const int Overhead = 5;
    private readonly Span<byte> _buffer = buffer;
    private int _length;

    /// <summary>As they stand in the packet: identifier 0x26, then both texts with their lengths (MQTT 5.0, section 2.2.2.2).</summary>
    internal readonly ReadOnlySpan<byte> Encoded => _buffer[.._length];

    /// <summary>Appends a property.</summary>
    /// <param name="name">UTF-8.</param>
    /// <param name="value">UTF-8.</param>
    /// <returns>False, and nothing is appended, when the buffer has no room or a text is not UTF-8, holds a null character or is above 65 535 bytes.</returns>
    public bool TryAdd(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!IsText(name) || !IsText(value) || _buffer.Length - _length < Overhead + name.Length + value.Length)
        {
            return false;
        }

        var rest = _buffer[_length..];
        rest[0] = (byte)Packets.PropertyId.UserProperty;
        BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)name.Length);
        name.CopyTo(rest[3..]);
        rest = rest[(3 + name.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)value.Length);
        value.CopyTo(rest[2..]);
        _length += Overhead + name.Length + value.Length;
        return true;
    }

    private static bool IsText(ReadOnlySpan<byte> text) => text.Length <= ushort.MaxValue && Utf8.IsValid(text) && !text.Contains((byte)0);
}
