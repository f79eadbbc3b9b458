using System.Globalization;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Tests.Configuration;

/// <summary>YAML as an editor sees it: plain scalars are guessed by the core schema of YAML 1.2.</summary>
internal static class EditorYaml
{
    public static JsonNode? Read(string yaml) => Convert(YamlReader.Read(new SourceFile("f", yaml), new ReadScope([]))!);

    private static JsonNode? Convert(Node node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Convert(entry.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(Convert)]),
        ScalarNode { IsPlain: true } plain => plain.Text switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(plain.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(plain.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(plain.Text),
        },
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => throw new NotSupportedException(),
    };
}
