namespace EdgeAgent.Configuration.Yaml;

/// <summary>
/// Says in plain words what the parser stumbled over. The parser's own message tells what it was doing, and its place is
/// sometimes a line too late or the start of the file; the text around it tells what the user did.
/// </summary>
internal static class SyntaxDiagnosis
{
    /// <param name="source">The file.</param>
    /// <param name="parserMessage">As YamlDotNet 16.3 words it.</param>
    /// <param name="offset">Where the parser was.</param>
    public static (SourceSpan Span, string Message, string? Hint) Of(SourceFile source, string parserMessage, int offset)
    {
        var place = new Place(source, Math.Clamp(offset, 0, source.Text.Length));
        return Says("tab") && FindTab(source) is { } tab ? (tab, "a tab in the indentation", "YAML allows only spaces there: replace the tab")
            : Says("cannot start any token") ? StrangeStart(place)
            : Says("block scalar") ? StrangeStart(place)
            : Says("quoted scalar") && Says("escape") ? BadEscape(place)
            : Says("quoted scalar") ? (place.Span(1), "this quote is never closed", $"add a {place.Here} at the end of the text")
            : Says("invalid mapping") ? ColonInValue(place, Says("multiline"))
            : Says("not allowed in this context") ? (place.Span(1), "a list cannot begin on the line of its key", "put each \"- item\" on a line of its own, indented")
            : UnclosedBracket.Find(source, place.Offset) is { } bracket ? (bracket, $"this '{source.Text[bracket.Offset]}' is never closed", $"add a '{UnclosedBracket.Closing(source.Text[bracket.Offset])}'")
            : Structure(place, parserMessage);

        bool Says(string words) => parserMessage.Contains(words, StringComparison.Ordinal);
    }

    private static (SourceSpan, string, string?) StrangeStart(Place place) => place.Here switch
    {
        '\t' => (place.Span(1), "a tab where a value should begin", "replace the tab by a space"),
        var letter => (place.Span(1), $"a value cannot begin with '{letter}'", place.IsSecret ? "put the value in quotes" : $"put the value in quotes: '{place.RestOfLine.Replace("'", "''", StringComparison.Ordinal)}'"),
    };

    private static (SourceSpan, string, string?) BadEscape(Place place)
    {
        var at = place.Offset + 1;
        while (at + 1 < place.Text.Length && !(place.Text[at] == '\\' && !"0abt\tnvfre \"/\\N_LPxuU\r\n".Contains(place.Text[at + 1], StringComparison.Ordinal)))
        {
            at += place.Text[at] == '\\' ? 2 : 1;
        }

        return at + 1 < place.Text.Length
            ? (new SourceSpan(place.Source, at, 2), $"'\\{place.Text[at + 1]}' means nothing in double quotes", "use single quotes, or write each backslash twice")
            : (place.Span(1), "a backslash in double quotes that means nothing", "use single quotes, or write each backslash twice");
    }

    private static (SourceSpan, string, string?) ColonInValue(Place place, bool isSecondLine)
    {
        if (place.LineUpTo.Contains(": ", StringComparison.Ordinal))
        {
            var start = place.LineStart + place.LineUpTo.IndexOf(": ", StringComparison.Ordinal) + 2;
            var value = place.Text[start..place.LineEnd].Trim();
            return (place.Span(1), "a ':' inside a value", place.IsSecret ? "put the value in quotes" : $"put the value in quotes: '{value.Replace("'", "''", StringComparison.Ordinal)}'");
        }

        var above = place.LineAbove();
        if (above is { } line && isSecondLine)
        {
            return MissingColon(line);
        }

        return (place.FirstWord(), "indented deeper than the key above it, which has a value already", "give both lines the same indentation, or remove the value above");
    }

    private static (SourceSpan, string, string?) Structure(Place place, string parserMessage)
    {
        if (place.Offset > 0 && place.Before is '"' or '\'')
        {
            return (place.Span(1), "text after the closing quote", place.Before == '\'' ? "inside single quotes, write '' for '" : "inside double quotes, write \\\" for \"");
        }

        if (place.Here is ']' or '}')
        {
            return (place.Span(1), $"a '{place.Here}' that closes nothing", "remove it, or put the value in quotes");
        }

        if (place.IsLineStart)
        {
            if (parserMessage.Contains("document end", StringComparison.Ordinal))
            {
                return (place.FirstWord(), "indented less than the first line of the file", "begin every key at the top in the first column");
            }

            if (place.RestOfLine.StartsWith("- ", StringComparison.Ordinal))
            {
                return (place.Span(1), "a list item that lines up with nothing above", "give it the same indentation as the other items");
            }

            if (!place.RestOfLine.Contains(':', StringComparison.Ordinal))
            {
                return MissingColon(place);
            }

            return place.IsBelowDash()
                ? (place.FirstWord(), "no '-' before this line, as the list above has", "begin a new item with \"- \", or indent the line like the other keys of the item")
                : (place.FirstWord(), "the indentation matches no line above", "keys of one group begin in the same column");
        }

        var words = parserMessage.TrimEnd('.');
        return (place.Span(1), $"not YAML: {char.ToLowerInvariant(words.Length > 0 ? words[0] : ' ')}{(words.Length > 0 ? words[1..] : "")}", null);
    }

    private static (SourceSpan, string, string?) MissingColon(Place line) =>
        (line.FirstWord(), "no ':' in this line", line.IsSecret ? "write \"key: value\"" : $"write \"{line.FirstWordText}: ...\"");

    private static SourceSpan? FindTab(SourceFile source)
    {
        for (var line = 1; line <= source.LineCount; line++)
        {
            var text = source.Line(line);
            var indentation = text[..(text.Length - text.TrimStart(" \t").Length)];
            var tab = indentation.IndexOf('\t');
            if (tab >= 0 && indentation.Length < text.Length)
            {
                return new SourceSpan(source, source.OffsetOf(line) + tab, 1);
            }
        }

        return null;
    }
}
