using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;

namespace EdgeAgent.Readings;

/// <summary>A growing buffer that payloads are written into, one after another; it is kept, so the steady state allocates nothing.</summary>
internal struct PayloadBuffer(int capacity)
{
    /// <summary>No number takes more bytes.</summary>
    public const int LongestNumber = 32;

    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>The next <paramref name="count"/> bytes, to be filled by the caller.</summary>
    public Span<byte> Take(int count)
    {
        Reserve(count);
        var taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void WriteNumber(long number)
    {
        Reserve(LongestNumber);
        _ = Utf8Formatter.TryFormat(number, _bytes.AsSpan(Length), out var written);
        Length += written;
    }

    /// <summary>The shortest text that reads back as the same double.</summary>
    public void WriteNumber(double number)
    {
        Reserve(LongestNumber);
        _ = number.TryFormat(_bytes.AsSpan(Length), out var written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>UTF-8 text with what JSON demands escaped.</summary>
    public void WriteJsonText(ReadOnlySpan<byte> text)
    {
        const int LongestEscape = 6;
        Reserve(text.Length * LongestEscape);
        _ = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(text, _bytes.AsSpan(Length), out _, out var written);
        Length += written;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }
    }
}
