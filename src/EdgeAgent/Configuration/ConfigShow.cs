using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>One value of the configuration in force.</summary>
/// <param name="Path">Such as <c>broker.url</c> or <c>sensors[0].interval</c>.</param>
/// <param name="Value">In YAML; three stars for a secret.</param>
/// <param name="Origin"><c>file:line</c>, or where else it comes from.</param>
internal sealed record ShownValue(string Path, string Value, string Origin);

/// <summary>The configuration in force, value by value, each with where it comes from. Secrets are not shown.</summary>
internal static class ConfigShow
{
    private const string Hidden = "***";

    private const string Default = "default";

    /// <summary>Every value that is in force, in the order of the keys; unset ones that mean nothing are left out.</summary>
    public static ImmutableArray<ShownValue> List(ConfigSchema schema, AgentConfig config, KeyValues values)
    {
        var shown = ImmutableArray.CreateBuilder<ShownValue>();
        foreach (var key in schema.All)
        {
            if (key == schema.Sensors)
            {
                ListSensors(schema, config, values, shown);
            }
            else
            {
                ListKey(key, values, key.Name, Derived(schema, config), shown);
            }
        }

        return shown.ToImmutable();
    }

    /// <summary>The same as YAML, with the origins behind the values.</summary>
    public static string Text(ImmutableArray<ShownValue> values)
    {
        var text = new StringBuilder();
        var open = Array.Empty<string>();
        foreach (var value in values)
        {
            var parts = value.Path.Split('.');
            var same = 0;
            while (same < open.Length && same < parts.Length - 1 && open[same] == parts[same])
            {
                same++;
            }

            for (var depth = same; depth < parts.Length - 1; depth++)
            {
                text.Append(' ', depth * 2).Append(parts[depth]).Append(":\n");
            }

            var line = $"{new string(' ', (parts.Length - 1) * 2)}{parts[^1]}: {value.Value}";
            text.Append(CultureInfo.InvariantCulture, $"{line,-50}  # {value.Origin}").Append('\n');
            open = parts[..^1];
        }

        return text.ToString();
    }

    private static void ListSensors(ConfigSchema schema, AgentConfig config, KeyValues values, ImmutableArray<ShownValue>.Builder shown)
    {
        var entries = values.Get(schema.Sensors);
        for (var i = 0; i < entries.Length; i++)
        {
            var sensor = config.Sensors[i];
            var derived = new Dictionary<Key, (string Value, string Origin)>
            {
                [SensorSection.Topic] = (YamlText.Write(sensor.Topic), "publish.topic"),
                [SensorSection.HistoryTopic] = (YamlText.Write(sensor.HistoryTopic ?? sensor.Topic), sensor.HistoryTopic is null ? "the topic" : "delivery.history_topic"),
                [SensorSection.Format] = (PublishSection.FormatShape.Write(sensor.Format), "publish.format"),
                [SensorSection.Retain] = (FlagShape.Instance.Write(sensor.Retain), "publish.retain"),
            };
            foreach (var key in entries[i].Keys)
            {
                ListKey(key, entries[i], string.Create(CultureInfo.InvariantCulture, $"sensors[{i}].{key.Name}"), derived, shown);
            }
        }
    }

    private static void ListKey(
        Key key, KeyValues values, string path, Dictionary<Key, (string Value, string Origin)> derived, ImmutableArray<ShownValue>.Builder shown)
    {
        if (key is Key<KeyValues> section)
        {
            // A group that needs a key is off while it is not there.
            var keys = ((SectionShape)section.Shape).Keys;
            if (!values.IsSet(key) && keys.Any(inner => inner.IsRequired))
            {
                return;
            }

            foreach (var inner in keys)
            {
                ListKey(inner, values.Get(section), $"{path}.{inner.Name}", derived, shown);
            }
        }
        else if (values.NodeOf(key) is { } node)
        {
            var value = HoldsSecret(node) || key.IsSecret ? Hidden : SecretNames.MaskUrls(key.Write(values.Set[key].Value));
            shown.Add(new ShownValue(path, value, OriginOf(node, isSecret: value == Hidden)));
        }
        else if (derived.TryGetValue(key, out var known))
        {
            shown.Add(new ShownValue(path, known.Value, known.Origin));
        }
        else if (key.Write(key.DefaultValue) is not ("" or "[]" or "{}") and var written)
        {
            shown.Add(new ShownValue(path, written, Default));
        }
    }

    private static Dictionary<Key, (string Value, string Origin)> Derived(ConfigSchema schema, AgentConfig config)
    {
        var derived = new Dictionary<Key, (string Value, string Origin)> { [schema.Gateway] = (YamlText.Write(config.Gateway), "the host name") };
        if (config.Broker is { } broker)
        {
            derived[BrokerSection.ClientId] = (YamlText.Write(broker.ClientId), "gateway and machine id");
        }

        return derived;
    }

    private static string OriginOf(Node node, bool isSecret)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{node.Span.Source.Path}:{node.Span.Line}");
        return node is ScalarNode { WrittenAs: { } written } ? $"{place}, {(isSecret ? SecretNames.MaskWritten(written) : SecretNames.MaskUrls(written))}" : place;
    }

    private static bool HoldsSecret(Node node) => node switch
    {
        ScalarNode scalar => scalar.IsSecret,
        ListNode list => list.Items.Any(HoldsSecret),
        MapNode map => map.Entries.Any(entry => HoldsSecret(entry.Value)),
        _ => false,
    };
}
