namespace EdgeAgent.Readings;

/// <summary>What a message carries. The numbers above <see cref="Real"/> are the first byte of a stored blob; never reuse one.</summary>
internal enum BodyKind : byte
{
    /// <summary>One whole number, inline.</summary>
    Integer = 0,

    /// <summary>One real number, inline.</summary>
    Real = 1,

    /// <summary>Several typed values, packed by <see cref="FieldCodec"/>.</summary>
    Fields = 2,

    /// <summary>A payload that came as bytes and leaves as the same bytes.</summary>
    Bytes = 3,
}

/// <summary>The values of a message in the form in which the queue keeps them. No allocation for a single number.</summary>
/// <param name="Kind">Says which of the other two holds the content.</param>
/// <param name="Bits">The inline number: the integer itself, or the bits of the double.</param>
/// <param name="Packed">The packed content of the other kinds, without the kind byte; never changed after the message is made.</param>
internal readonly record struct MessageBody(BodyKind Kind, long Bits, ReadOnlyMemory<byte> Packed)
{
    public static MessageBody Of(long number) => new(BodyKind.Integer, number, default);

    public static MessageBody Of(double number) => new(BodyKind.Real, BitConverter.DoubleToInt64Bits(number), default);

    public static MessageBody OfBytes(ReadOnlyMemory<byte> payload) => new(BodyKind.Bytes, 0, payload);

    /// <summary>The body for these values: a lone number goes inline, anything else is packed.</summary>
    public static MessageBody Of(ReadOnlySpan<Value> values) => values is [{ Kind: ValueKind.Integer } integer]
        ? Of(integer.Integer)
        : values is [{ Kind: ValueKind.Real } real]
            ? Of(real.Real)
            : new(BodyKind.Fields, 0, FieldCodec.Pack(values));
}
