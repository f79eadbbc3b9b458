using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>Names of the user's choice, each with the same group of keys.</summary>
/// <param name="keys">What each group may have.</param>
internal sealed class GroupsShape(params ImmutableArray<Key> keys) : Shape<ImmutableDictionary<string, KeyValues>>
{
    private readonly SectionShape _group = new(keys);

    public override string Expected => "names with a group of keys each";

    public override bool TryRead(Node node, ReadScope scope, out ImmutableDictionary<string, KeyValues> value)
    {
        value = ImmutableDictionary<string, KeyValues>.Empty;
        if (node is ScalarNode { IsBroken: true })
        {
            return false;
        }

        if (node is not MapNode map)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {Expected}, got {node.Kind}", $"write \"name: {{{keys[0].Name}: ...}}\"");
            return false;
        }

        var isRead = true;
        var groups = ImmutableDictionary.CreateBuilder<string, KeyValues>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            isRead &= _group.TryRead(entry.Value, scope.Below(SecretNames.MaskKey(entry.Key.Text)), out var group);
            groups[entry.Key.Text] = group;
        }

        value = groups.ToImmutable();
        return isRead;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "object", ["additionalProperties"] = _group.ToSchema() };

    public override string Write(ImmutableDictionary<string, KeyValues> value) =>
        $"{{{string.Join(", ", value.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{YamlText.Write(pair.Key)}: {_group.Write(pair.Value)}"))}}}";

    public override bool AreEqual(ImmutableDictionary<string, KeyValues> one, ImmutableDictionary<string, KeyValues> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var group) && pair.Value.Equals(group));
}
