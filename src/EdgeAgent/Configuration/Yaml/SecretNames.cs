using System.Buffers;
using System.Text.RegularExpressions;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>Knows by its key, also a mistyped one and where the file cannot be parsed, that a text holds a secret.</summary>
internal static partial class SecretNames
{
    private const string Hidden = "***";

    private static readonly string[] Words = ["password", "passwd", "passphrase", "token", "secret", "authorization", "api_key", "apikey", "headers"];

    private static readonly SearchValues<char> InKeys = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ -");

    /// <summary>What people write for these, and no key of ours has.</summary>
    private static readonly string[] Abbreviations = ["pass", "pwd", "pw", "psk", "auth", "bearer", "credential", "credentials"];

    /// <summary>The line as it may be shown: whatever stands behind the key of a secret is replaced, unless it only names one.</summary>
    public static string Mask(string line)
    {
        var secret = FindSecret(line);
        if (secret >= 0)
        {
            return MaskUrls(line[..secret]) + (secret == 0 ? "" : " ") + Hidden;
        }

        return MaskUrls(line);
    }

    /// <summary>The text of a key as it may be shown: in <c>{password:x}</c>, with its missing space, all of it is the key.</summary>
    public static string MaskKey(string key) => key.AsSpan().IndexOfAny(':', '=', ' ') >= 0 ? Mask(key) : key;

    /// <summary>What the file says in place of a secret: the names of variables stay, and every text beside them goes, their defaults too.</summary>
    public static string MaskWritten(string written)
    {
        if (written.StartsWith("!secret ", StringComparison.Ordinal))
        {
            return written;
        }

        var texts = Variable().Split(written);
        var names = Variable().Matches(written).Select(static match => DefaultText().Replace(match.Value, Hidden));
        return string.Concat(texts.Select(static text => text.Length == 0 ? "" : Hidden).Zip(names.Append(""), string.Concat));
    }

    /// <summary>Whether variables have a text of the file to fall back on.</summary>
    public static bool HasDefault(string written) => DefaultText().IsMatch(written);

    /// <summary>The text without the users, passwords and secret parameters of the URLs in it.</summary>
    public static string MaskUrls(string text) => SecretParameter().Replace(UserInformation().Replace(text, $"{Hidden}@"), Hidden);

    // Behind the scheme of a URL, or where somebody forgot the scheme: user:password@host.
    [GeneratedRegex("""(?<=://)[^\s"']*@|(?<![^\s"',{\[])[^\s"':/,{\[]+:(?!//)[^\s"']*@""")]
    private static partial Regex UserInformation();

    [GeneratedRegex("""\$\{[^}]*\}""")]
    private static partial Regex Variable();

    [GeneratedRegex("""(?<=\$\{\w+:-)[^}]+(?=\})""")]
    private static partial Regex DefaultText();

    [GeneratedRegex("""(?<=[?&][^=&\s"']*(?:password|token|secret|key|auth|sig)[^=&\s"']*=)[^&\s"',}\]]+""", RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();

    /// <summary>Where the first secret begins; -1 where there is none.</summary>
    public static int FindSecret(string line)
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
        var word = end;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '-' or '"' or '\'' or ' '))
        {
            end++;
        }

        // In braces the ':' may have been forgotten: {password x}.
        if (end < line.Length && line[end] is (',' or '}') && line[word..end].TrimEnd().IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space)
        {
            return word + space;
        }

        if (end == line.Length || line[end] is not (':' or '='))
        {
            return -1;
        }

        var value = line.AsSpan(end + 1).Trim();
        return value.IsEmpty || value.StartsWith("!secret ") || value is "|" or ">" ? -1 : end + 1;
    }
}
