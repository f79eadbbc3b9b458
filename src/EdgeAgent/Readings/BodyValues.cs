namespace EdgeAgent.Readings;

/// <summary>The values of a message one after the other, whichever way its body keeps them. Allocates nothing.</summary>
internal ref struct BodyValues
{
    private ReadOnlySpan<byte> _packed;
    private readonly Value _inline;
    private bool _hasInline;

    /// <param name="body">Of any kind but <see cref="BodyKind.Bytes"/>, which has no values.</param>
    public BodyValues(in MessageBody body)
    {
        (_inline, _hasInline) = body.Kind switch
        {
            BodyKind.Integer => (Value.Of(body.Bits), true),
            BodyKind.Real => (Value.Of(BitConverter.Int64BitsToDouble(body.Bits)), true),
            _ => default,
        };
        _packed = body.Kind == BodyKind.Fields ? body.Packed.Span : default;
    }

    /// <summary>The next value; false at the end. A text is given as UTF-8 in <paramref name="text"/>.</summary>
    public bool TryTake(out Value value, out ReadOnlySpan<byte> text)
    {
        if (_hasInline)
        {
            (value, _hasInline) = (_inline, false);
            text = default;
            return true;
        }

        return FieldCodec.TryTake(ref _packed, out value, out text);
    }
}
