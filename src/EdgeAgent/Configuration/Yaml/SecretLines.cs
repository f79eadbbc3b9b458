namespace EdgeAgent.Configuration.Yaml;

/// <summary>Knows which lines of a file hold a secret, also where it stands in another line than its key.</summary>
/// <param name="source">The file.</param>
internal sealed class SecretLines(SourceFile source)
{
    private const string Hidden = "***";

    /// <summary>A text in quotes that goes on for more lines is no secret of ours.</summary>
    private const int LongestText = 100;

    // A file may have hundreds of problems close together, and each asks for the lines above it.
    private readonly string?[] _shown = new string?[source.LineCount];
    private readonly int[] _secrets = new int[source.LineCount];

    /// <summary>Whether no message may quote the line.</summary>
    public bool IsSecret(int line) => source.IsSecret || Mask(line) != source.Line(line).ToString();

    /// <summary>The line as it may be shown.</summary>
    public string Mask(int line) => _shown[line - 1] ??= NewMask(line);

    /// <summary>Where the first secret begins in the line with its key; -1 where there is none.</summary>
    private int FindSecret(int line)
    {
        // 0 stands for a line that was not looked at.
        ref var found = ref _secrets[line - 1];
        found = found == 0 ? SecretNames.FindSecret(WithKey(line)) + 2 : found;
        return found - 2;
    }

    private string NewMask(int line)
    {
        var text = source.Line(line).ToString();
        if (source.IsSecret || GoesOn(line) || (Owner(line) is { } owner && SecretNames.FindSecret(owner) >= 0))
        {
            return Hidden;
        }

        return IsValue(text) && FindSecret(line) >= 0 ? Hidden : SecretNames.Mask(text);
    }

    /// <summary>Whether the value of a secret's key begins in a line above and goes on in this one.</summary>
    private bool GoesOn(int line)
    {
        for (var above = line - 1; above >= Math.Max(1, line - LongestText); above--)
        {
            if (FindSecret(above) is >= 0 and var secret)
            {
                var value = WithKey(above)[secret..].Trim().TrimStart(':').TrimStart();
                return value is [('"' or '\'') and var quote, ..]
                    ? !value[1..].Contains(quote, StringComparison.Ordinal) && !IsWithin(above + 1, line - 1, quote)
                    : value is not [.., ',' or '}' or ']'] && IsPlainText(above, line);
            }
        }

        return false;
    }

    private bool IsWithin(int first, int last, char letter)
    {
        for (var line = first; line <= last; line++)
        {
            if (source.Line(line).Contains(letter))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all lines below the key can be text without quotes: they are indented deeper, or no key is in them.</summary>
    private bool IsPlainText(int key, int last)
    {
        var column = IndentationOf(source.Line(key).ToString().Replace("- ", "  ", StringComparison.Ordinal));
        for (var line = key + 1; line <= last; line++)
        {
            var text = source.Line(line).TrimEnd();
            var isText = text.IsEmpty || IndentationOf(text) > column || !(text.Contains(": ", StringComparison.Ordinal) || text.TrimStart() is [.., ':'] or ['#' or '-' or '?' or ']' or '}', ..]);
            if (!isText)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The line above that this one is indented under.</summary>
    private string? Owner(int line)
    {
        var indentation = IndentationOf(source.Line(line));
        for (var above = line - 1; above >= 1 && indentation > 0; above--)
        {
            var text = source.Line(above);
            if (!text.Trim().IsEmpty && IndentationOf(text) < indentation)
            {
                // A block of text, or a value on the next line.
                var owner = WithKey(above).TrimEnd();
                return owner is [.., ':' or '|' or '>' or '-' or '+'] ? $"{owner.TrimEnd('|', '>', '-', '+')} x" : null;
            }
        }

        return null;
    }

    /// <summary>The line; with the key in front that stands in the line above, as in <c>? password</c> and below it <c>: x</c>.</summary>
    private string WithKey(int line)
    {
        var text = source.Line(line).ToString();
        if (!IsValue(text))
        {
            return text;
        }

        for (var above = line - 1; above >= 1; above--)
        {
            if (!source.Line(above).Trim().IsEmpty)
            {
                return $"{source.Line(above).TrimEnd()}{text.AsSpan().TrimStart()}";
            }
        }

        return text;
    }

    private static bool IsValue(ReadOnlySpan<char> line) => line.TrimStart() is [':', ..];

    private static int IndentationOf(ReadOnlySpan<char> line) => line.Length - line.TrimStart().Length;
}
