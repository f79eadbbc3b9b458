namespace EdgeAgent.Configuration.Yaml;

/// <summary>Knows by its key, also where the file cannot be parsed, that a line holds a secret.</summary>
internal static class SecretNames
{
    private const string Hidden = "***";

    private static readonly string[] Words = ["password", "passphrase", "token", "secret", "authorization", "api_key", "apikey"];

    /// <summary>Whether no message may quote the line.</summary>
    public static bool IsSecretLine(SourceFile source, int line) => source.IsSecret || Mask(source, line) != source.Line(line).ToString();

    /// <summary>The line as it may be shown: whatever stands behind the key of a secret is replaced, unless it only names one.</summary>
    public static string Mask(SourceFile source, int line)
    {
        var text = source.Line(line).ToString();
        return source.IsSecret || Owner(source, line) is { } owner && FindSecret(owner) >= 0 ? Hidden : Mask(text);
    }

    private static string Mask(string line)
    {
        var secret = FindSecret(line);
        if (secret >= 0)
        {
            return line[..secret] + (secret == 0 ? "" : " ") + Hidden;
        }

        // The user and password of a URL.
        var scheme = line.IndexOf("://", StringComparison.Ordinal);
        var at = scheme < 0 ? -1 : line.IndexOf('@', scheme);
        return at < 0 ? line : $"{line[..(scheme + 3)]}{Hidden}{line[at..]}";
    }

    /// <summary>Where the secret begins; -1 where there is none.</summary>
    private static int FindSecret(string line)
    {
        foreach (var word in Words)
        {
            var at = line.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at < 0 || line.AsSpan().TrimStart().StartsWith("#"))
            {
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                return 0;
            }

            var end = at + word.Length;
            while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '-' or '"' or '\'' or ' '))
            {
                end++;
            }

            if (end < line.Length && line[end] == ':')
            {
                var value = line.AsSpan(end + 1).Trim();
                return value.IsEmpty || value.StartsWith("!secret ") || value is "|" or ">" ? -1 : end + 1;
            }
        }

        return -1;
    }

    /// <summary>The line above that this one is indented under.</summary>
    private static string? Owner(SourceFile source, int line)
    {
        var indentation = IndentationOf(source.Line(line));
        for (var above = line - 1; above >= 1 && indentation > 0; above--)
        {
            var text = source.Line(above);
            if (!text.Trim().IsEmpty && IndentationOf(text) < indentation)
            {
                // A block of text, or a value on the next line.
                var owner = text.TrimEnd();
                return owner is [.., ':' or '|' or '>' or '-' or '+'] ? $"{owner.TrimEnd("|>-+")} x" : null;
            }
        }

        return null;
    }

    private static int IndentationOf(ReadOnlySpan<char> line) => line.Length - line.TrimStart().Length;
}
