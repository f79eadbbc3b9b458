using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Configuration;

/// <summary>
/// The JSON schema (draft 7) of the configuration, from which editors complete and check: config/edgeagent.schema.json. It is
/// made from the keys that the reader reads with, so that the two cannot part.
/// </summary>
internal static class SchemaDocument
{
    public const string Variable = "variable";

    public const string VariableOrNothing = "variable_or_nothing";

    private const string ContainsVariable = @"\$\{[^}]+\}";

    public static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    public static JsonObject Build(ConfigSchema schema)
    {
        var root = SectionShape.ToSchema(schema.All);
        var document = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "EdgeAgent",
            ["description"] = "The configuration of edgeagent: edgeagent.yaml and the files in conf.d",
        };
        foreach (var (name, value) in root.ToArray())
        {
            root.Remove(name);
            document[name] = value;
        }

        document["definitions"] = new JsonObject
        {
            [Variable] = new JsonObject { ["type"] = "string", ["pattern"] = ContainsVariable, ["description"] = "a variable of the environment: ${NAME}" },
            [VariableOrNothing] = new JsonObject { ["type"] = new JsonArray("string", "null"), ["pattern"] = ContainsVariable, ["description"] = "a variable of the environment, ${NAME}, or nothing for the default" },
        };
        return document;
    }

    /// <summary>The schema as the file holds it.</summary>
    public static string Write(ConfigSchema schema) => JsonText.Of(json => Build(schema).WriteTo(json));
}
