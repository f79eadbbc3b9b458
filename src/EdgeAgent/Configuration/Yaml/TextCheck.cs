using System.Globalization;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>Finds characters that no editor shows and every parser stumbles over.</summary>
internal static class TextCheck
{
    /// <summary>The first invisible character that does not belong into a configuration.</summary>
    public static (SourceSpan Span, string Message, string Hint)? FindProblem(SourceFile source)
    {
        var inIndentation = true;
        for (var i = 0; i < source.Text.Length; i++)
        {
            var letter = source.Text[i];
            if (letter is '\n' or '\r')
            {
                inIndentation = true;
                continue;
            }

            // Copied from a web page: looks like a space, and is the first letter of a key.
            if (inIndentation && letter == '\u00A0')
            {
                return (new SourceSpan(source, i, 1), "a non-breaking space in the indentation", "replace it by a plain space");
            }

            if ((char.IsControl(letter) && letter != '\t') || letter is '\u2028' or '\u2029' or '\uFEFF' || IsLoneSurrogate(source.Text, i))
            {
                return (new SourceSpan(source, i, 1), string.Create(CultureInfo.InvariantCulture, $"an invisible character (U+{(int)letter:X4})"), "remove it");
            }

            inIndentation &= letter is ' ' or '\t' or '-';
        }

        return null;
    }

    private static bool IsLoneSurrogate(string text, int at) =>
        char.IsHighSurrogate(text[at]) ? at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1])
        : char.IsLowSurrogate(text[at]) && (at == 0 || !char.IsHighSurrogate(text[at - 1]));
}
