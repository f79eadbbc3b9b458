using System.Buffers.Text;
using System.Globalization;

namespace EdgeAgent.Queue;

/// <summary>
/// The name of a message that no other message ever had: its era's random name and its number, <c>5f3a9c01d2e4b677-81234</c>.
/// An entry of the ledger has no number among the messages; it carries its own after an L: <c>5f3a9c01d2e4b677-L7</c>.
/// </summary>
/// <param name="Era">The random name of the era, written as 16 lower-case hexadecimal digits.</param>
/// <param name="Sequence">The number; below zero: the entry of the ledger with that number, negated.</param>
internal readonly record struct MessageId(ulong Era, long Sequence)
{
    /// <summary>No id is longer, in bytes of UTF-8.</summary>
    public const int LongestLength = 16 + 2 + 19;

    private const int EraDigits = 16;

    public static MessageId Of(in QueuedMessage message) => new(message.Era.Name, message.Sequence);

    /// <summary>Writes the id as UTF-8 without allocating; false where <paramref name="utf8"/> is too short.</summary>
    public bool TryFormat(Span<byte> utf8, out int written)
    {
        written = 0;
        var isLedger = Sequence < 0;
        var prefix = EraDigits + (isLedger ? 2 : 1);
        if (utf8.Length <= prefix || !Utf8Formatter.TryFormat(Era, utf8, out _, new('x', EraDigits)))
        {
            return false;
        }

        utf8[EraDigits] = (byte)'-';
        if (isLedger)
        {
            utf8[EraDigits + 1] = (byte)'L';
        }

        if (!Utf8Formatter.TryFormat(isLedger ? -Sequence : Sequence, utf8[prefix..], out var digits))
        {
            return false;
        }

        written = prefix + digits;
        return true;
    }

    /// <summary>The era and number in an id that <see cref="ToString"/> or <see cref="TryFormat"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        id = default;
        if (text.Length < EraDigits + 2 || text[EraDigits] != '-'
            || !ulong.TryParse(text[..EraDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var era))
        {
            return false;
        }

        var number = text[(EraDigits + 1)..];
        var isLedger = number[0] == 'L';
        if (!long.TryParse(isLedger ? number[1..] : number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        id = new(era, isLedger ? -sequence : sequence);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Era:x16}-{(Sequence < 0 ? "L" : "")}{(Sequence < 0 ? -Sequence : Sequence)}");
}
