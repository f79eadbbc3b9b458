using System.Collections.Immutable;
using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Documents;

/// <summary>edgeagent.yaml(5), from the keys that the reader reads by.</summary>
internal static class ConfigurationManual
{
    private const string Smallest = """
        broker:
          url: mqtt://broker.example.com
        sensors:
          - {id: cpu, type: system, interval: 10s}
        """;

    public static string Write(ConfigSchema schema)
    {
        var page = new Roff("EDGEAGENT.YAML", 5, AgentVersion.Text);
        page.Section("NAME").Paragraph("edgeagent.yaml - configuration of edgeagent(8)");
        page.Section("SYNOPSIS").Paragraph("/etc/edgeagent/edgeagent.yaml");
        page.Section("DESCRIPTION")
            .Paragraph(
                "One YAML file says what is read, and where it goes. Every key has the default that is given below, unless it is required. A key that is not known "
                + "is an error, as is a value that does not fit; edgeagent check names every mistake with its line and column. The smallest useful file:")
            .Example(Smallest)
            .Paragraph(
                "A duration is a number with a unit (ms, s, m, h, d), such as 10s; a size is one with B, KiB, MiB or GiB. "
                + "A value may be !secret NAME: the text is then taken from the file NAME in $CREDENTIALS_DIRECTORY, otherwise from the key NAME in secrets.yaml beside this file.");
        foreach (var key in schema.All.Where(key => !ReferenceEquals(key, schema.Sensors)))
        {
            page.Section(key.Name.ToUpperInvariant());
            var below = KeysBelow(key);
            if (below.IsEmpty)
            {
                Describe(page, key, string.Empty);
                continue;
            }

            page.Paragraph($"{key.Summary}.");
            foreach (var child in below)
            {
                Describe(page, child, key.Name);
            }
        }

        page.Section("SENSORS").Paragraph("A list: one entry for each sensor. All of them have these keys.");
        foreach (var key in CommonKeys(schema))
        {
            Describe(page, key, string.Empty);
        }

        foreach (var kind in schema.Kinds)
        {
            page.Subsection($"type: {kind.Name}").Paragraph(kind.Summary);
            foreach (var key in kind.Keys)
            {
                Describe(page, key, string.Empty);
            }
        }

        page.Section("SEE ALSO").Paragraph("edgeagent(8)");
        return page.ToString();
    }

    /// <summary>The keys that no kind has of its own.</summary>
    private static IEnumerable<Key> CommonKeys(ConfigSchema schema) =>
        schema.Kinds.SelectMany(kind => schema.Sensor.KeysOf(kind).Except(kind.Keys)).Distinct();

    private static void Describe(Roff page, Key key, string parent)
    {
        var path = parent.Length == 0 ? key.Name : $"{parent}.{key.Name}";
        var below = KeysBelow(key);
        page.Item(path, $"{key.Summary}.", below.IsEmpty ? $"{key.Expected}; {Default(key)}" : string.Empty);
        foreach (var child in below)
        {
            Describe(page, child, path);
        }
    }

    private static ImmutableArray<Key> KeysBelow(Key key) => key switch
    {
        Key<KeyValues> { Shape: SectionShape section } => section.Keys,
        Key<ImmutableArray<KeyValues>> { Shape: ListShape<KeyValues> { ItemShape: SectionShape section } } => section.Keys,
        _ => [],
    };

    private static string Default(Key key) => key.IsRequired
        ? "required"
        : key.Write(key.DefaultValue) is { Length: > 0 } value ? $"default: {value}" : "not set by default";
}
