using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>The id of a sensor: a word that can stand in a topic, a metric and a file name.</summary>
internal sealed class SensorIdShape : ScalarShape<string>
{
    private const int Longest = 64;

    public static SensorIdShape Instance { get; } = new();

    public override string Expected => "an id of small letters, digits, '_' and '-' (64 at most)";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        hint = null;
        if (IsId(text))
        {
            return true;
        }

        var meant = Propose(text);
        hint = IsId(meant) ? $"write {meant}" : null;
        return false;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = "^[a-z0-9][a-z0-9_-]{0,63}$" };

    public override string Write(string value) => value;

    private static string Propose(string text)
    {
        var id = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(text[i]) && char.IsAsciiLetterLower(text[i - 1]))
            {
                id.Append('_');
            }

            id.Append(text[i] is ' ' or '.' or '/' ? '_' : char.ToLowerInvariant(text[i]));
        }

        return id.ToString();
    }

    private static bool IsId(string text) =>
        text.Length is > 0 and <= Longest && text[0] is not ('_' or '-') && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-');
}

/// <summary>A name that stands in topics as it is.</summary>
internal sealed class TopicPartShape : ScalarShape<string>
{
    public static TopicPartShape Instance { get; } = new();

    public override string Expected => "a name without '+', '#', '{' and '}'";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        hint = null;
        return TopicTemplate.CheckTopic(text) is null && text.AsSpan().IndexOfAny('{', '}') < 0;
    }

    public override JsonObject ToSchema() => new() { ["type"] = new JsonArray("string", "number"), ["pattern"] = "^[^+#{}]+$" };

    public override string Write(string value) => YamlText.Write(value);
}

/// <summary>A key of a JSON object.</summary>
internal sealed class JsonNameShape : ScalarShape<string>
{
    private const int Longest = 64;

    public static JsonNameShape Instance { get; } = new();

    public override string Expected => "a name of 1 to 64 characters";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        hint = text.Length == 0 ? "a key cannot be left out; leave the line out to keep its name" : null;
        return text.Length is > 0 and <= Longest && !text.Any(char.IsControl);
    }

    public override JsonObject ToSchema() => new() { ["type"] = new JsonArray("string", "number", "boolean"), ["minLength"] = 1, ["maxLength"] = Longest };

    public override string Write(string value) => YamlText.Write(value);
}

/// <summary>A topic that may contain names in braces.</summary>
internal sealed class TopicShape(params ImmutableArray<string> names) : ScalarShape<string>
{
    public override string Expected => "a topic";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        var problem = TopicTemplate.Check(text, names);
        hint = problem is { } wrong ? $"{wrong.Message}{(wrong.Hint is null ? "" : $"; {wrong.Hint}")}" : null;
        return problem is null;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = "^[^+#]+$" };

    public override string Write(string value) => YamlText.Write(value);
}

/// <summary>An MQTT client identifier.</summary>
internal sealed class ClientIdShape : ScalarShape<string>
{
    private const int Longest = 65_535;

    public static ClientIdShape Instance { get; } = new();

    public override string Expected => "a client id";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        hint = null;
        return text.Length > 0 && !text.Any(char.IsControl) && Encoding.UTF8.GetByteCount(text) <= Longest;
    }

    public override JsonObject ToSchema() => new() { ["type"] = new JsonArray("string", "number"), ["minLength"] = 1 };

    public override string Write(string value) => YamlText.Write(value);
}

/// <summary>The absolute path of a file.</summary>
internal sealed class PathShape : ScalarShape<string>
{
    public static PathShape Instance { get; } = new();

    public override string Expected => "the absolute path of a file";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string? hint)
    {
        value = text;
        hint = text.StartsWith('~') ? "write the path of the home folder out" : "begin it with /";
        return text.StartsWith('/') && !text.EndsWith('/') && !text.Any(char.IsControl);
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = "^/.*[^/]$" };

    public override string Write(string value) => YamlText.Write(value);
}
