namespace EdgeAgent.Configuration.Yaml;

/// <summary>A character of a file, with its line around it.</summary>
/// <param name="Source">The file.</param>
/// <param name="Offset">0 to the length of the text.</param>
internal readonly record struct Place(SourceFile Source, int Offset)
{
    public string Text => Source.Text;

    public char Here => Offset < Text.Length ? Text[Offset] : '\n';

    public char Before => Offset > 0 ? Text[Offset - 1] : '\n';

    private int Line => Source.Locate(Offset).Line;

    public int LineStart => Source.OffsetOf(Line);

    public int LineEnd => LineStart + Source.Line(Line).Length;

    /// <summary>The line before the character.</summary>
    public string LineUpTo => Text[LineStart..Offset];

    public string RestOfLine => Offset < LineEnd ? Text[Offset..LineEnd].Trim() : "";

    /// <summary>Nothing but spaces before it in its line.</summary>
    public bool IsLineStart => LineUpTo.AsSpan().Trim().IsEmpty;

    /// <summary>No message may quote what stands here: a file of secrets, or a line with the key of one.</summary>
    public bool IsSecret => Source.Secrets.IsSecret(Line);

    public SourceSpan Span(int length) => new(Source, Offset, length);

    /// <summary>The first word of the line, or the list item's behind its dash.</summary>
    public SourceSpan FirstWord()
    {
        var at = LineStart;
        while (at < LineEnd && (Text[at] is ' ' or '\t' || (Text[at] == '-' && at + 1 < LineEnd && Text[at + 1] == ' ')))
        {
            at++;
        }

        var end = at;
        while (end < LineEnd && Text[end] is not (' ' or ':'))
        {
            end++;
        }

        return new SourceSpan(Source, at, end - at);
    }

    public string FirstWordText
    {
        get
        {
            var word = FirstWord();
            return Text.Substring(word.Offset, word.Length);
        }
    }

    /// <summary>Whether the nearest line above that is indented no deeper begins with a dash in the column of this place.</summary>
    public bool IsBelowDash()
    {
        var column = Offset - LineStart;
        for (var above = LineAbove(); above is { } line; above = line.LineAbove())
        {
            var text = line.RestOfLine;
            var indentation = line.Text[line.LineStart..line.LineEnd].Length - line.Text[line.LineStart..line.LineEnd].TrimStart().Length;
            if (indentation <= column)
            {
                return indentation == column && text.StartsWith("- ", StringComparison.Ordinal);
            }
        }

        return false;
    }

    /// <summary>The nearest line above with content.</summary>
    public Place? LineAbove()
    {
        for (var line = Line - 1; line >= 1; line--)
        {
            var text = Source.Line(line).TrimStart();
            if (text.Length > 0 && text[0] != '#')
            {
                return new Place(Source, Source.OffsetOf(line));
            }
        }

        return null;
    }
}
