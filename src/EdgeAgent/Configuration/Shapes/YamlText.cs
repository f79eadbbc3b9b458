using System.Globalization;
using System.Text;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>Writes a text as one YAML scalar that reads back as the same text.</summary>
internal static class YamlText
{
    public static string Write(string text)
    {
        text = text.Replace("$", "$$", StringComparison.Ordinal);
        return IsSafe(text) ? text : Quote(text);
    }

    private static bool IsSafe(string text)
    {
        if (text.Length == 0 || text != text.Trim() || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] is '/' or '_' or '$' or '('))
        {
            return false;
        }

        foreach (var letter in text)
        {
            if (char.IsControl(letter) || letter is ':' or '#' or ',' or '[' or ']' or '{' or '}' or '"' or '\'' or '\\' or '\uFEFF' or '\u2028' or '\u2029' || char.IsSurrogate(letter))
            {
                return false;
            }
        }

        return true;
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(letter) || letter is '\uFEFF' or '\u2028' or '\u2029' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }
}
