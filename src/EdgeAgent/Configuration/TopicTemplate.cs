using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EdgeAgent.Configuration;

/// <summary>A topic with names in braces, and the rules of MQTT for what comes of it (MQTT 5.0, 4.7). Pure.</summary>
internal static class TopicTemplate
{
    public const int LongestTopic = 65_535;

    /// <summary>What is wrong with a template, whatever the names stand for; null if nothing is.</summary>
    /// <param name="template">Such as <c>{gateway}/{sensor}</c>.</param>
    /// <param name="names">The names that it may contain.</param>
    public static (string Message, string? Hint)? Check(string template, ImmutableArray<string> names)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : i;
            if (end < 0 || template[i] == '}')
            {
                return ($"a '{template[i]}' without its partner", $"names in braces: {Braced(names)}");
            }

            if (template[i] == '{')
            {
                var name = template[(i + 1)..end];
                if (!names.Contains(name))
                {
                    return ($"'{{{name}}}' stands for nothing", DidYouMean.Find(name, names) is { } near ? $"did you mean '{{{near}}}'?" : $"names in braces: {Braced(names)}");
                }

                plain.Append('x');
                i = end;
            }
            else
            {
                plain.Append(template[i]);
            }
        }

        return CheckTopic(plain.ToString());
    }

    /// <summary>What is wrong with a complete topic to publish to; null if nothing is.</summary>
    public static (string Message, string? Hint)? CheckTopic(string topic)
    {
        if (topic.Length == 0)
        {
            return ("a topic cannot be empty", null);
        }

        if (topic.AsSpan().IndexOfAny('+', '#') is >= 0 and var at)
        {
            return ($"a topic to publish to cannot contain '{topic[at]}'", "'+' and '#' are for subscribing");
        }

        foreach (var rune in topic.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return (string.Create(CultureInfo.InvariantCulture, $"a topic cannot contain the character U+{rune.Value:X4}"), null);
            }
        }

        return Encoding.UTF8.GetByteCount(topic) > LongestTopic ? ("a topic can have 65535 bytes at most", null) : null;
    }

    /// <summary>Puts values in the place of names.</summary>
    public static string Expand(string template, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = new StringBuilder();
        var rest = template.AsSpan();
        while (rest.IndexOf('{') is >= 0 and var open)
        {
            text.Append(rest[..open]);
            var close = rest.IndexOf('}');
            var name = close > open ? rest[(open + 1)..close] : [];
            foreach (var (known, value) in values)
            {
                if (name.SequenceEqual(known))
                {
                    text.Append(value);
                }
            }

            rest = close > open ? rest[(close + 1)..] : [];
        }

        return text.Append(rest).ToString();
    }

    private static string Braced(ImmutableArray<string> names) => string.Join(", ", names.Select(name => $"{{{name}}}"));
}
