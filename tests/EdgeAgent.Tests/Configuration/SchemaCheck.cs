using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EdgeAgent.Tests.Configuration;

/// <summary>As much of JSON schema (draft 7) as our schema uses. An unknown word in it fails, so that nothing is passed over.</summary>
internal static class SchemaCheck
{
    public static List<string> Problems(JsonObject schema, JsonNode? value)
    {
        var problems = new List<string>();
        Check(schema, schema, value, "$", problems);
        return problems;
    }

    private static void Check(JsonObject root, JsonObject schema, JsonNode? value, string path, List<string> problems)
    {
        foreach (var (word, argument) in schema)
        {
            var isMet = word switch
            {
                "$schema" or "title" or "description" or "definitions" or "then" => true,
                "$ref" => Passes(root, root["definitions"]!.AsObject()[argument!.GetValue<string>().Split('/')[^1]]!.AsObject(), value),
                "type" => argument is JsonArray types ? types.Any(type => IsType(value, type!.GetValue<string>())) : IsType(value, argument!.GetValue<string>()),
                "const" => JsonNode.DeepEquals(argument, value),
                "enum" => argument!.AsArray().Any(item => JsonNode.DeepEquals(item, value)),
                "pattern" => Kind(value) != "string" || Regex.IsMatch(value!.GetValue<string>(), argument!.GetValue<string>(), RegexOptions.ECMAScript),
                "minLength" => Kind(value) != "string" || value!.GetValue<string>().Length >= argument!.GetValue<int>(),
                "maxLength" => Kind(value) != "string" || value!.GetValue<string>().Length <= argument!.GetValue<int>(),
                "minimum" => Kind(value) is not ("integer" or "number") || Number(value) >= Number(argument),
                "maximum" => Kind(value) is not ("integer" or "number") || Number(value) <= Number(argument),
                "minItems" => value is not JsonArray array || array.Count >= argument!.GetValue<int>(),
                "required" => value is not JsonObject map || argument!.AsArray().All(name => map.ContainsKey(name!.GetValue<string>())),
                "anyOf" => argument!.AsArray().Any(choice => Passes(root, choice!.AsObject(), value)),
                "if" => true,
                "items" or "properties" or "additionalProperties" or "allOf" => true,
                _ => throw new NotSupportedException(word),
            };
            if (!isMet)
            {
                problems.Add($"{path}: {word} {argument?.ToJsonString()}");
            }
        }

        CheckInside(root, schema, value, path, problems);
    }

    private static void CheckInside(JsonObject root, JsonObject schema, JsonNode? value, string path, List<string> problems)
    {
        foreach (var part in schema["allOf"]?.AsArray() ?? [])
        {
            Check(root, part!.AsObject(), value, path, problems);
        }

        if (schema["if"] is JsonObject condition && Passes(root, condition, value))
        {
            Check(root, schema["then"]!.AsObject(), value, path, problems);
        }

        if (value is JsonArray items && schema["items"] is JsonObject item)
        {
            foreach (var entry in items)
            {
                Check(root, item, entry, path + "[]", problems);
            }
        }

        if (value is JsonObject map)
        {
            foreach (var (name, child) in map)
            {
                if (schema["properties"]?[name] is JsonObject property)
                {
                    Check(root, property, child, $"{path}.{name}", problems);
                }
                else if (schema["additionalProperties"] is JsonObject any)
                {
                    Check(root, any, child, $"{path}.{name}", problems);
                }
                else if (schema["additionalProperties"] is JsonValue)
                {
                    problems.Add($"{path}: unknown {name}");
                }
            }
        }
    }

    private static bool Passes(JsonObject root, JsonObject schema, JsonNode? value)
    {
        var problems = new List<string>();
        Check(root, schema, value, "", problems);
        return problems.Count == 0;
    }

    private static double Number(JsonNode? node) => double.Parse(node!.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool IsType(JsonNode? value, string type) => Kind(value) == type || (type == "number" && Kind(value) == "integer");

    private static string Kind(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => double.IsInteger(Number(value)) ? "integer" : "number",
            _ => "boolean",
        },
    };
}
