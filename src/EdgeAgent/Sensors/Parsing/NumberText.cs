using System.Buffers;
using System.Globalization;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>Numbers as programs, files and devices write them: a point as decimal separator, whatever the machine's language. Pure.</summary>
internal static class NumberText
{
    /// <summary>How much of a wrong text is quoted back.</summary>
    private const int QuoteLength = 40;

    private static readonly SearchValues<char> NumeralsWithComma = SearchValues.Create("+-0123456789, ");

    /// <summary>The number in a text that holds nothing else, or the failure that says what was there instead.</summary>
    /// <param name="text">May have white space around it, a sign and an exponent.</param>
    /// <param name="value">A whole number stays one where it fits 64 bits.</param>
    /// <param name="decimalComma">The text has a comma as decimal separator.</param>
    public static SensorFailure? Parse(ReadOnlySpan<char> text, out Value value, bool decimalComma = false)
    {
        text = text.Trim();
        if (decimalComma && text.Contains(','))
        {
            text = text.ToString().Replace(',', '.');
        }

        value = default;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            value = Value.Of(whole);
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var real))
        {
            value = Value.Of(real);
            return double.IsFinite(real)
                ? null
                : new(SensorFailureKind.Implausible, $"{Quote(text)} is no value: not a finite number");
        }

        return new(SensorFailureKind.Format, Complaint(text));
    }

    /// <summary>A text in quotation marks, made short and printable for a message.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var shown = text.Length > QuoteLength ? string.Concat(text[..QuoteLength], "...") : text.ToString();
        return $"\"{string.Concat(shown.Select(static symbol => char.IsControl(symbol) || symbol == '\uFFFD' ? '?' : symbol))}\"";
    }

    private static string Complaint(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "nothing came where a number was expected";
        }

        var comma = text.IndexOf(',');
        return comma >= 0 && text[(comma + 1)..].IndexOf(',') < 0 && text.IndexOfAnyExcept(NumeralsWithComma) < 0
            ? $"{Quote(text)} has a comma; the decimal separator is a point"
            : $"{Quote(text)} is not a number";
    }
}
