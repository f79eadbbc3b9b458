namespace EdgeAgent.Readings;

/// <summary>The type of a <see cref="Value"/>. The numbers are stored; never reuse one.</summary>
internal enum ValueKind : byte
{
    /// <summary>The field had no value this time.</summary>
    None = 0,

    /// <summary>A 64-bit signed number.</summary>
    Integer = 1,

    /// <summary>A finite double.</summary>
    Real = 2,

    /// <summary>True or false.</summary>
    Boolean = 3,

    /// <summary>Text.</summary>
    Text = 4,
}

/// <summary>One typed value of a reading.</summary>
internal readonly record struct Value
{
    private readonly long _bits;

    private Value(ValueKind kind, long bits, string? text)
    {
        Kind = kind;
        _bits = bits;
        Text = text;
    }

    public ValueKind Kind { get; }

    /// <summary>The text of a <see cref="ValueKind.Text"/>, otherwise null.</summary>
    public string? Text { get; }

    public long Integer => _bits;

    public double Real => BitConverter.Int64BitsToDouble(_bits);

    public bool Boolean => _bits != 0;

    public static Value Of(long value) => new(ValueKind.Integer, value, null);

    /// <summary>A real; not-a-number and the infinities are no value (<see cref="ValueKind.None"/>).</summary>
    public static Value Of(double value) => double.IsFinite(value) ? new(ValueKind.Real, BitConverter.DoubleToInt64Bits(value), null) : default;

    public static Value Of(bool value) => new(ValueKind.Boolean, value ? 1 : 0, null);

    public static Value Of(string value) => new(ValueKind.Text, 0, value);

    /// <summary>The number that arithmetic works on, where there is one.</summary>
    public bool TryGetNumber(out double number)
    {
        number = Kind switch
        {
            ValueKind.Integer => _bits,
            ValueKind.Real => Real,
            _ => double.NaN,
        };
        return Kind is ValueKind.Integer or ValueKind.Real;
    }
}
