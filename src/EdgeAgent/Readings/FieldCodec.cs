using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Readings;

/// <summary>
/// Several typed values as bytes: per value its kind, then an integer as zig-zag varint, a real as 8 bytes little endian,
/// a boolean as one byte, a text as varint length and UTF-8. The names are in the <see cref="Envelope"/>.
/// </summary>
internal static class FieldCodec
{
    private const int LongestVarint = 10;

    public static byte[] Pack(ReadOnlySpan<Value> values)
    {
        var length = 0;
        foreach (ref readonly var value in values)
        {
            length += 1 + value.Kind switch
            {
                ValueKind.Integer => LongestVarint,
                ValueKind.Real => sizeof(double),
                ValueKind.Boolean => 1,
                ValueKind.Text => LongestVarint + Encoding.UTF8.GetByteCount(value.Text!),
                _ => 0,
            };
        }

        var buffer = new byte[length];
        var at = 0;
        foreach (ref readonly var value in values)
        {
            buffer[at++] = (byte)value.Kind;
            switch (value.Kind)
            {
                case ValueKind.Integer:
                    at += WriteVarint(buffer.AsSpan(at), (ulong)((value.Integer << 1) ^ (value.Integer >> 63)));
                    break;
                case ValueKind.Real:
                    BinaryPrimitives.WriteDoubleLittleEndian(buffer.AsSpan(at), value.Real);
                    at += sizeof(double);
                    break;
                case ValueKind.Boolean:
                    buffer[at++] = value.Boolean ? (byte)1 : (byte)0;
                    break;
                case ValueKind.Text:
                    at += WriteVarint(buffer.AsSpan(at), (ulong)Encoding.UTF8.GetByteCount(value.Text!));
                    at += Encoding.UTF8.GetBytes(value.Text!, buffer.AsSpan(at));
                    break;
                case ValueKind.None:
                default:
                    break;
            }
        }

        return buffer[..at];
    }

    /// <summary>
    /// Takes the next value off the front of <paramref name="packed"/>. False at the end, and for bytes that <see cref="Pack"/>
    /// did not write (a damaged row). A text is given as UTF-8 in <paramref name="text"/>, so that nothing is allocated.
    /// </summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> packed, out Value value, out ReadOnlySpan<byte> text)
    {
        value = default;
        text = default;
        if (packed.IsEmpty)
        {
            return false;
        }

        var kind = (ValueKind)packed[0];
        var rest = packed[1..];
        switch (kind)
        {
            case ValueKind.None:
                break;
            case ValueKind.Integer:
                if (!TryTakeVarint(ref rest, out var zigzag))
                {
                    return false;
                }

                value = Value.Of((long)(zigzag >> 1) ^ -(long)(zigzag & 1));
                break;
            case ValueKind.Real:
                if (rest.Length < sizeof(double))
                {
                    return false;
                }

                value = Value.Of(BinaryPrimitives.ReadDoubleLittleEndian(rest));
                rest = rest[sizeof(double)..];
                break;
            case ValueKind.Boolean:
                if (rest.IsEmpty)
                {
                    return false;
                }

                value = Value.Of(rest[0] != 0);
                rest = rest[1..];
                break;
            case ValueKind.Text:
                if (!TryTakeVarint(ref rest, out var length) || length > (ulong)rest.Length)
                {
                    return false;
                }

                text = rest[..(int)length];
                value = Value.Of(string.Empty);
                rest = rest[(int)length..];
                break;
            default:
                return false;
        }

        packed = rest;
        return true;
    }

    private static int WriteVarint(Span<byte> buffer, ulong number)
    {
        var at = 0;
        for (; number >= 0x80; number >>= 7)
        {
            buffer[at++] = (byte)(number | 0x80);
        }

        buffer[at++] = (byte)number;
        return at;
    }

    private static bool TryTakeVarint(ref ReadOnlySpan<byte> packed, out ulong number)
    {
        number = 0;
        for (var i = 0; i < LongestVarint && i < packed.Length; i++)
        {
            number |= (ulong)(packed[i] & 0x7F) << (7 * i);
            if (packed[i] < 0x80)
            {
                packed = packed[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
