using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>Text as written.</summary>
/// <param name="expected">What to write.</param>
/// <param name="mayBeEmpty">Whether <c>""</c> counts.</param>
internal sealed class TextShape(string expected, bool mayBeEmpty) : ScalarShape<string>
{
    public static TextShape Any { get; } = new("a text", mayBeEmpty: true);

    public static TextShape NotEmpty { get; } = new("a text that is not empty", mayBeEmpty: false);

    public override string Expected => expected;

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        hint = null;
        value = text;
        return mayBeEmpty || text.Length > 0;
    }

    public override JsonObject ToSchema()
    {
        // A text that looks like a number is a number to an editor, and a text to the reader.
        var schema = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        if (!mayBeEmpty)
        {
            schema["minLength"] = 1;
        }

        return schema;
    }

    public override string Write(string value) => YamlText.Write(value);

    public override string Example => "\"...\"";
}

/// <summary>Text that no log, status, dump or message may show.</summary>
internal sealed class SecretShape : ScalarShape<Secret>
{
    public static SecretShape Instance { get; } = new();

    public override string Expected => "a text";

    protected override bool HidesText(string text) => true;

    public override bool TryParse(string text, [MaybeNullWhen(false)] out Secret value, out string? hint)
    {
        hint = null;
        value = new Secret(text);
        return true;
    }

    public override JsonObject ToSchema() => new() { ["type"] = new JsonArray("string", "number", "boolean") };

    public override string Write(Secret value) => "***";
}

/// <summary>A regular expression of .NET, matched in linear time (no look-around, no back-references).</summary>
internal sealed class PatternShape : ScalarShape<Regex>
{
    private const int Longest = 1000;

    public static PatternShape Instance { get; } = new();

    public override string Expected => "a regular expression";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out Regex value, out string? hint)
    {
        hint = null;
        value = null;
        if (text.Length is 0 or > Longest)
        {
            hint = text.Length == 0 ? null : "it is longer than 1000 characters";
            return false;
        }

        try
        {
            value = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (ArgumentException e)
        {
            hint = e.Message;
        }
        catch (NotSupportedException)
        {
            hint = "look-around, back-references and very large repetitions are not supported";
        }

        return false;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = Longest };

    public override string Write(Regex value) => YamlText.Write(value.ToString());

    public override bool AreEqual(Regex one, Regex other) => one.ToString() == other.ToString();
}

/// <summary>True or false, and nothing that YAML once took for them.</summary>
internal sealed class FlagShape : ScalarShape<bool>
{
    public static FlagShape Instance { get; } = new();

    public override string Expected => "true or false";

    public override bool TryParse(string text, out bool value, out string? hint)
    {
        hint = text.ToLowerInvariant() switch
        {
            "yes" or "on" or "1" or "y" or "true" => "write true",
            "no" or "off" or "0" or "n" or "false" => "write false",
            _ => null,
        };
        value = text == "true";
        return value || text == "false";
    }

    public override JsonObject ToSchema() => new() { ["type"] = "boolean" };

    public override string Write(bool value) => value ? "true" : "false";
}
