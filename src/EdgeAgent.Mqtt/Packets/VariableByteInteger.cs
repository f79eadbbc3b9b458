namespace EdgeAgent.Mqtt.Packets;

internal enum VariableByteIntegerStatus
{
    Complete,
    Incomplete,
    Malformed,
}

/// <summary>The variable byte integer of section 1.5.5: seven bits a byte, least significant first, at most four bytes.</summary>
internal static class VariableByteInteger
{
    public const int Maximum = 268_435_455;
    private const int MaximumLength = 4;

    /// <summary>Incomplete means that all bytes given are right, and that more must follow.</summary>
    public static VariableByteIntegerStatus TryRead(ReadOnlySpan<byte> bytes, out int value, out int length)
    {
        value = 0;
        length = 0;
        while (length < bytes.Length && length < MaximumLength)
        {
            var next = bytes[length];
            value |= (next & 0x7F) << (7 * length);
            length++;
            if ((next & 0x80) == 0)
            {
                return next == 0 && length > 1 ? VariableByteIntegerStatus.Malformed : VariableByteIntegerStatus.Complete;
            }
        }

        return length == MaximumLength ? VariableByteIntegerStatus.Malformed : VariableByteIntegerStatus.Incomplete;
    }

    /// <summary>How many bytes the value takes.</summary>
    public static int Length(int value) => value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

    /// <summary>Writes the value and returns its length.</summary>
    public static int Write(Span<byte> destination, int value)
    {
        var length = 0;
        while (value > 0x7F)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }
}
