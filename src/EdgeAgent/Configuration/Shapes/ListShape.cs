using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A list whose items have one shape.</summary>
/// <param name="item">What an item looks like.</param>
/// <param name="expected">What to write.</param>
/// <param name="minimum">How few items are allowed.</param>
internal sealed class ListShape<T>(Shape<T> item, string expected, int minimum) : Shape<ImmutableArray<T>>
{
    public override string Expected => expected;

    public Shape<T> ItemShape => item;

    public override bool TryRead(Node node, ReadScope scope, out ImmutableArray<T> value)
    {
        value = [];
        if (node is ScalarNode { IsBroken: true })
        {
            return false;
        }

        if (node is not ListNode list)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {expected}, got {node.Kind}", "write one item per line, each after \"- \"");
            return false;
        }

        if (list.Items.Length < minimum)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {expected}, got an empty list");
            return false;
        }

        var items = ImmutableArray.CreateBuilder<T>(list.Items.Length);
        for (var i = 0; i < list.Items.Length; i++)
        {
            if (item.TryRead(list.Items[i], scope.Item(i), out var read))
            {
                items.Add(read);
            }
        }

        value = items.ToImmutable();
        return items.Count == list.Items.Length;
    }

    public override JsonObject ToSchema() => minimum > 0
        ? new() { ["type"] = "array", ["items"] = item.ToSchema(), ["minItems"] = minimum }
        : new() { ["type"] = "array", ["items"] = item.ToSchema() };

    public override string Write(ImmutableArray<T> value) => $"[{string.Join(", ", value.Select(item.Write))}]";

    public override string Example => $"[{item.Example}]";

    public override bool AreEqual(ImmutableArray<T> one, ImmutableArray<T> other) =>
        one.Length == other.Length && one.Zip(other).All(pair => item.AreEqual(pair.First, pair.Second));
}

/// <summary>Names of the user's choice, each with a text.</summary>
internal sealed class TextMapShape : Shape<ImmutableDictionary<string, string>>
{
    public static TextMapShape Instance { get; } = new();

    public override string Expected => "names with a text each";

    public override bool TryRead(Node node, ReadScope scope, out ImmutableDictionary<string, string> value)
    {
        value = ImmutableDictionary<string, string>.Empty;
        if (node is ScalarNode { IsBroken: true })
        {
            return false;
        }

        if (node is not MapNode map)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {Expected}, got {node.Kind}", "write one \"name: text\" per line, indented");
            return false;
        }

        var isRead = true;
        var texts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (TextShape.Any.TryRead(entry.Value, scope.Below(SecretNames.MaskKey(entry.Key.Text)), out var text))
            {
                texts[entry.Key.Text] = text;
            }
            else
            {
                isRead = false;
            }
        }

        value = texts.ToImmutable();
        return isRead;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "object", ["additionalProperties"] = TextShape.Any.ToSchema() };

    public override string Write(ImmutableDictionary<string, string> value) =>
        $"{{{string.Join(", ", value.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{YamlText.Write(pair.Key)}: {YamlText.Write(pair.Value)}"))}}}";

    public override bool AreEqual(ImmutableDictionary<string, string> one, ImmutableDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var text) && text == pair.Value);
}
