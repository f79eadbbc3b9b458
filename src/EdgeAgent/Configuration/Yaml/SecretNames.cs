using System.Buffers;
using System.Text.RegularExpressions;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>Knows by its key, also a mistyped one and where the file cannot be parsed, that a line holds a secret.</summary>
internal static partial class SecretNames
{
    private const string Hidden = "***";

    private static readonly string[] Words = ["password", "passwd", "passphrase", "token", "secret", "authorization", "api_key", "apikey", "headers"];

    private static readonly SearchValues<char> InKeys = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ -");

    /// <summary>What people write for these, and no key of ours has.</summary>
    private static readonly string[] Abbreviations = ["pass", "pwd", "pw", "psk", "auth", "bearer", "credential", "credentials"];

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
            return MaskUrls(line[..secret]) + (secret == 0 ? "" : " ") + Hidden;
        }

        return MaskUrls(line);
    }

    /// <summary>The text without the users, passwords and secret parameters of the URLs in it.</summary>
    public static string MaskUrls(string text) => SecretParameter().Replace(UserInformation().Replace(text, $"{Hidden}@"), Hidden);

    [GeneratedRegex("""(?<=://)[^\s"']*@""")]
    private static partial Regex UserInformation();

    [GeneratedRegex("""(?<=[?&][^=&\s"']*(?:password|token|secret|key|auth|sig)[^=&\s"']*=)[^&\s"',}\]]+""", RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();

    /// <summary>Where the first secret begins; -1 where there is none.</summary>
    private static int FindSecret(string line)
    {
        if (line.AsSpan().TrimStart().StartsWith("#"))
        {
            return -1;
        }

        var first = FindMistyped(line);
        foreach (var word in Words)
        {
            for (var at = IndexOf(word, 0); at >= 0; at = IndexOf(word, at + word.Length))
            {
                var begin = line.Contains(':', StringComparison.Ordinal) ? FindValue(line, at + word.Length) : 0;
                first = begin >= 0 && (first < 0 || begin < first) ? begin : first;
            }
        }

        return first;

        int IndexOf(string word, int from) => line.IndexOf(word, from, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Where the value begins of the first key that is near to a secret's, and so may be meant for one; -1 where there is none.</summary>
    private static int FindMistyped(string line)
    {
        if (!line.Contains(':', StringComparison.Ordinal))
        {
            return IsNearSecret(LastKey(line.TrimStart(' ', '-').Split(' ', '=')[0])) ? 0 : -1;
        }

        for (var colon = line.IndexOf(':', StringComparison.Ordinal); colon >= 0; colon = line.IndexOf(':', colon + 1))
        {
            if (IsNearSecret(LastKey(line.AsSpan(0, colon))) && FindValue(line, colon) is >= 0 and var begin)
            {
                return begin;
            }
        }

        return -1;
    }

    /// <summary>Whether the key, or a part of it, is a slip away from a secret's.</summary>
    private static bool IsNearSecret(string key) =>
        key.Split('_', '-', ' ').Prepend(key.Replace(" ", "", StringComparison.Ordinal)).Any(static part =>
            Abbreviations.Contains(part, StringComparer.OrdinalIgnoreCase) || DidYouMean.Nearest(part, Words) is not null);

    /// <summary>The words, if any, that the text ends with, but for the quotes around them. From its end: a search for them takes a line of thousands of letters very long.</summary>
    private static string LastKey(ReadOnlySpan<char> text)
    {
        var words = text.TrimEnd("\"' ");
        if (words.IsEmpty || !char.IsAsciiLetterOrDigit(words[^1]))
        {
            return "";
        }

        var begin = words.LastIndexOfAnyExcept(InKeys) + 1;
        return words[begin..].TrimStart("_ -").ToString();
    }

    /// <summary>Where the value of the key begins that the word is in; -1 where it is no key, or where the value only names a secret.</summary>
    private static int FindValue(string line, int end)
    {
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '-' or '"' or '\'' or ' '))
        {
            end++;
        }

        if (end == line.Length || line[end] != ':')
        {
            return -1;
        }

        var value = line.AsSpan(end + 1).Trim();
        return value.IsEmpty || value.StartsWith("!secret ") || value is "|" or ">" ? -1 : end + 1;
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
