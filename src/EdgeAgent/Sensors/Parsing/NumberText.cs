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
            return double.IsFinite(real) ? null : NotFinite(text);
        }

        return text.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase) ? NotFinite(text) : new(SensorFailureKind.Format, Complaint(text));
    }

    /// <summary>
    /// A field that may hold a number or a text. What is meant as a number and is none (nan, 1e999, or 21,5 where a point is
    /// expected) is a failure: as a text it would pass by min and max.
    /// </summary>
    /// <param name="text">Goes on as it is where it is a text.</param>
    /// <param name="value">None where there is a failure.</param>
    /// <param name="decimalComma">The text has a comma as decimal separator.</param>
    public static SensorFailure? ParseField(string text, out Value value, bool decimalComma = false)
    {
        var failure = Parse(text, out value, decimalComma);
        if (failure is { Kind: SensorFailureKind.Implausible } || (failure is not null && HasDecimalComma(text.AsSpan().Trim())))
        {
            value = default;
            return failure;
        }

        value = failure is null ? value : Value.Of(text);
        return null;
    }

    /// <summary>A text in quotation marks, made short and printable for a message.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var shown = text.Length > QuoteLength ? string.Concat(text[..QuoteLength], "...") : text.ToString();
        return $"\"{string.Concat(shown.Select(static symbol => char.IsControl(symbol) || symbol == '\uFFFD' ? '?' : symbol))}\"";
    }

    private static SensorFailure NotFinite(ReadOnlySpan<char> text) => new(SensorFailureKind.Implausible, $"{Quote(text)} is no value: not a finite number");

    private static string Complaint(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "nothing came where a number was expected";
        }

        return HasDecimalComma(text)
            ? $"{Quote(text)} has a comma; the decimal separator is a point"
            : $"{Quote(text)} is not a number";
    }

    /// <summary>One comma among digits.</summary>
    private static bool HasDecimalComma(ReadOnlySpan<char> text) => text.Count(',') == 1 && text.IndexOfAnyExcept(NumeralsWithComma) < 0;
}
