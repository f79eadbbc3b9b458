using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>One of a few words.</summary>
/// <param name="choices">The words and what they mean, in the order in which they are shown.</param>
internal sealed class ChoiceShape<T>(ImmutableArray<(string Word, T Value)> choices) : ScalarShape<T>
    where T : struct, Enum
{
    public override string Expected { get; } = Join(choices);

    /// <summary>The members of the enum in snake_case.</summary>
    public static ChoiceShape<T> OfNames() =>
        new([.. Enum.GetNames<T>().Select(name => (ToSnakeCase(name), Enum.Parse<T>(name)))]);

    public override bool TryParse(string text, [MaybeNullWhen(false)] out T value, out string? hint)
    {
        foreach (var (word, meant) in choices)
        {
            if (word == text)
            {
                value = meant;
                hint = null;
                return true;
            }
        }

        value = default;
        hint = DidYouMean.Find(text, choices.Select(choice => choice.Word)) is { } near ? $"did you mean '{near}'?" : null;
        return false;
    }

    public override JsonObject ToSchema()
    {
        var words = new JsonArray();
        foreach (var (word, _) in choices)
        {
            words.Add((JsonNode)JsonValue.Create(word));
            if (double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                // What an editor takes for a number.
                words.Add((JsonNode)JsonValue.Create(number));
            }
        }

        return new JsonObject { ["enum"] = words };
    }

    public override string Write(T value) => choices.First(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word;

    public override string Example => choices[0].Word;

    private static string Join(ImmutableArray<(string Word, T Value)> choices) =>
        choices.Length == 1 ? choices[0].Word : $"{string.Join(", ", choices[..^1].Select(choice => choice.Word))} or {choices[^1].Word}";

    private static string ToSnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
