using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Yaml;
using EdgeAgent.Sensors;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>One entry of <c>sensors:</c>. Its <c>type</c> decides which keys it has.</summary>
/// <param name="kinds">Every kind there is.</param>
/// <param name="commonKeys">The keys that all kinds share, beside those of <see cref="SensorSection"/>.</param>
/// <param name="check">Says which keys of a sensor do not go together.</param>
internal sealed class SensorShape(ImmutableArray<SensorKind> kinds, ImmutableArray<Key> commonKeys, Func<SensorKind, KeyValues, IEnumerable<SettingProblem>> check)
    : Shape<KeyValues>
{
    public override string Expected => "a sensor";

    /// <summary>Every key of a kind, in the order in which they are shown.</summary>
    public ImmutableArray<Key> KeysOf(SensorKind kind)
    {
        // A kind that has a key of the same name means its own: the interval of a sensor that never answers faster.
        var own = kind.Keys.Select(key => key.Name).ToHashSet(StringComparer.Ordinal);
        return [.. SensorSection.All[..2], .. kind.Keys, .. SensorSection.All[2..].Where(key => !own.Contains(key.Name)), .. commonKeys.Where(key => !own.Contains(key.Name))];
    }

    public override bool TryRead(Node node, ReadScope scope, out KeyValues value)
    {
        value = KeyValues.Empty;
        if (node is ScalarNode { IsBroken: true })
        {
            return false;
        }

        if (node is not MapNode map)
        {
            scope.Error(node.Span, $"{scope.Path}: expected a sensor, got {node.Kind}", "write \"- id: ...\", and the other keys on lines below, indented by two more");
            return false;
        }

        if (FindKind(map, scope) is { } kind)
        {
            return SectionShape.TryRead(map, KeysOf(kind), scope, $"{scope.Path} ({kind.Name})", out value) && IsConsistent(kind, value, map, scope);
        }

        // Without its kind only what all sensors have can be checked.
        var known = map.Entries.Where(entry => SensorSection.All.Any(key => key.Name == entry.Key.Text));
        SectionShape.TryRead(new MapNode(map.Span, [.. known]), SensorSection.All, scope, scope.Path, out value);
        return false;
    }

    public override JsonObject ToSchema()
    {
        var names = new JsonArray();
        var choices = new JsonArray();
        foreach (var kind in kinds)
        {
            names.Add((JsonNode)JsonValue.Create(kind.Name));
            var keys = SectionShape.ToSchema(KeysOf(kind));
            keys["properties"]![SensorSection.Type.Name] = new JsonObject { ["const"] = kind.Name, ["description"] = kind.Summary };
            choices.Add((JsonNode)new JsonObject
            {
                ["if"] = new JsonObject { ["properties"] = new JsonObject { [SensorSection.Type.Name] = new JsonObject { ["const"] = kind.Name } } },
                ["then"] = keys,
            });
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray(SensorSection.Id.Name, SensorSection.Type.Name),
            ["properties"] = new JsonObject { [SensorSection.Type.Name] = new JsonObject { ["enum"] = names, ["description"] = SensorSection.Type.Summary } },
            ["allOf"] = choices,
        };
    }

    public override string Write(KeyValues value) => new SectionShape(value.Keys).Write(value);

    private bool IsConsistent(SensorKind kind, KeyValues value, MapNode map, ReadScope scope)
    {
        var problems = check(kind, value).ToArray();
        foreach (var problem in problems)
        {
            scope.Error(value.NodeOf(problem.Key)?.Span ?? map.Span, $"{scope.Path}.{problem.Key.Name}: {problem.Message}", problem.Hint);
        }

        return problems.Length == 0;
    }

    private SensorKind? FindKind(MapNode map, ReadScope scope)
    {
        if (map.Entries.FirstOrDefault(entry => entry.Key.Text == SensorSection.Type.Name)?.Value is not ScalarNode { IsAbsent: false, IsBroken: false } type)
        {
            return null;
        }

        var kind = kinds.FirstOrDefault(kind => kind.Name == type.Text);
        if (kind is null)
        {
            var names = kinds.Select(kind => kind.Name).ToArray();
            var all = $"kinds: {string.Join(", ", names)}";
            scope.Error(
                type.Span,
                string.Create(CultureInfo.InvariantCulture, $"{scope.Path}: unknown kind of sensor \"{type.Text}\""),
                DidYouMean.Find(type.Text, names) is { } near ? $"did you mean '{near}'?   {all}" : all);
        }

        return kind;
    }
}
