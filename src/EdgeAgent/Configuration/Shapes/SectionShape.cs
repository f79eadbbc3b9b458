using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A group of known keys; an unknown one is an error with the nearest known name.</summary>
/// <param name="keys">In the order in which sample and manual show them.</param>
internal sealed class SectionShape(ImmutableArray<Key> keys) : Shape<KeyValues>
{
    public ImmutableArray<Key> Keys => keys;

    public override string Expected => "a group of keys";

    public override bool TryRead(Node node, ReadScope scope, out KeyValues value)
    {
        value = KeyValues.Empty;
        if (node is ScalarNode { IsBroken: true })
        {
            return false;
        }

        if (node is not MapNode map)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {Expected}, got {node.Kind}", $"write \"{keys[0].Name}: ...\" and the like on lines of their own, indented");
            return false;
        }

        return TryRead(map, keys, scope, scope.Path, out value);
    }

    /// <summary>Reads the keys of a group, and reports unknown and missing ones.</summary>
    /// <param name="map">The group.</param>
    /// <param name="keys">All that it may have.</param>
    /// <param name="scope">Where the group is.</param>
    /// <param name="title">What messages call the group; empty at the top.</param>
    /// <param name="value">What could be read, also where something could not.</param>
    public static bool TryRead(MapNode map, ImmutableArray<Key> keys, ReadScope scope, string title, out KeyValues value)
    {
        var isRead = true;
        var mistyped = new HashSet<string>(StringComparer.Ordinal);
        var entries = ImmutableDictionary.CreateBuilder<Key, KeyValue>();
        foreach (var entry in map.Entries)
        {
            var key = keys.FirstOrDefault(key => key.Name == entry.Key.Text);
            if (key is null)
            {
                mistyped.Add(ReportUnknown(entry.Key, keys, scope, title) ?? "");
                isRead = false;
            }
            else if (entry.Value is ScalarNode { IsAbsent: true } && !key.IsRequired)
            {
                continue;
            }
            else if (key.TryRead(entry.Value, scope.Below(key.Name), out var read))
            {
                entries[key] = new KeyValue(read, entry.Value);
            }
            else
            {
                // So that a wrong value is not reported once more as a missing one.
                entries[key] = new KeyValue(key.DefaultValue, entry.Value);
                isRead = false;
            }
        }

        foreach (var key in keys)
        {
            if (key.IsRequired && !entries.ContainsKey(key) && !mistyped.Contains(key.Name))
            {
                scope.Error(map.Span, $"'{key.Name}' is missing{(title.Length == 0 ? "" : $" in {title}")}", $"{key.Name}: {key.Summary}");
                isRead = false;
            }
        }

        value = new KeyValues(keys, entries.ToImmutable());
        return isRead;
    }

    public override JsonObject ToSchema() => ToSchema(keys);

    /// <summary>The schema of a group of keys.</summary>
    public static JsonObject ToSchema(ImmutableArray<Key> keys)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var key in keys)
        {
            properties[key.Name] = key.ToSchema();
            if (key.IsRequired)
            {
                required.Add((JsonNode)JsonValue.Create(key.Name));
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    public override string Write(KeyValues value) =>
        $"{{{string.Join(", ", value.Keys.Where(value.IsSet).Select(key => $"{key.Name}: {key.Write(value.Set[key].Value)}"))}}}";

    public override string Example => $"{{{string.Join(", ", keys.Where(key => key.IsRequired).Select(key => $"{key.Name}: {key.Sample}"))}}}";

    /// <returns>The name of the key that was meant; null where that cannot be told.</returns>
    private static string? ReportUnknown(ScalarNode name, ImmutableArray<Key> keys, ReadScope scope, string title)
    {
        if (scope.IsFull)
        {
            return null;
        }

        var shown = SecretNames.MaskKey(name.Text);
        if (name.Text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && keys.Any(key => key.Name == name.Text[..colon]))
        {
            var meant = name.Text[..colon];
            scope.Error(name.Span, $"no space after the ':' of '{meant}'", $"write \"{meant}: {(shown == name.Text ? shown[(colon + 1)..] : "...")}\"");
            return meant;
        }

        var valid = $"valid keys: {string.Join(", ", keys.Select(key => key.Name))}";
        var near = DidYouMean.Find(name.Text, keys.Select(key => key.Name));
        scope.Error(
            name.Span,
            $"unknown key '{shown}'{(title.Length == 0 ? "" : $" in {title}")}",
            near is null ? valid : $"did you mean '{near}'?   {valid}");
        return near;
    }
}
