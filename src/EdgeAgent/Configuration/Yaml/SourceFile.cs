namespace EdgeAgent.Configuration.Yaml;

/// <summary>The text of one file, and where its lines are.</summary>
internal sealed class SourceFile
{
    private readonly int[] _lineStarts;
    private SecretLines? _secrets;

    public SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        _lineStarts = [0, .. LineStarts(text)];
    }

    /// <summary>As the user named it.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>Every value in it is a secret: no message quotes it, no excerpt shows it.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Which lines may not be shown.</summary>
    public SecretLines Secrets => _secrets ??= new SecretLines(this);

    public int LineCount => _lineStarts.Length;

    /// <summary>Line and column of a character, both from 1; a column counts UTF-16 units, as editors do.</summary>
    /// <param name="offset">From 0; beyond the end, it means the end.</param>
    public (int Line, int Column) Locate(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var index = Array.BinarySearch(_lineStarts, offset);
        var line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>A line without its end.</summary>
    /// <param name="number">1 to <see cref="LineCount"/>.</param>
    public ReadOnlySpan<char> Line(int number)
    {
        var start = _lineStarts[number - 1];
        var end = number < _lineStarts.Length ? _lineStarts[number] : Text.Length;
        return Text.AsSpan(start, end - start).TrimEnd("\r\n");
    }

    /// <summary>Where a line begins.</summary>
    public int OffsetOf(int line) => _lineStarts[line - 1];

    private static IEnumerable<int> LineStarts(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                yield return i + 1;
            }
        }
    }
}

/// <summary>A stretch of a file that a problem can point at.</summary>
/// <param name="Source">The file.</param>
/// <param name="Offset">Its first character, from 0.</param>
/// <param name="Length">May be 0: a place between two characters.</param>
internal readonly record struct SourceSpan(SourceFile Source, int Offset, int Length)
{
    public int Line => Source.Locate(Offset).Line;

    public int Column => Source.Locate(Offset).Column;

    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString()
    {
        var (line, column) = Source.Locate(Offset);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Source.Path}:{line}:{column}");
    }
}
