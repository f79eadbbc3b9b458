using System.Collections.Immutable;

namespace EdgeAgent.Readings;

/// <summary>The keys of a reading's fields in the flat formats. Pure.</summary>
internal static class FieldNames
{
    /// <summary>The agent's own fields in line protocol, and the one that names the time there.</summary>
    private static readonly string[] InInflux = ["id", "historical", "clock", "time"];

    /// <summary>A sensor's lone value is called so by default.</summary>
    private const string LoneValue = "value";

    public static string[] ForJson(ImmutableArray<Field> fields, JsonNames names) =>
        Unique(fields.Select(field => field.Name == LoneValue ? names.Value : field.Name), names.Reserved);

    public static string[] ForInflux(ImmutableArray<Field> fields) => Unique(fields.Select(field => field.Name), InInflux);

    /// <summary>
    /// One key per field: its name, with underscores behind it where the name is one of the agent's own keys or was used before,
    /// because a key that comes twice is read differently by everyone.
    /// </summary>
    private static string[] Unique(IEnumerable<string> names, string[] reserved)
    {
        var used = new HashSet<string>(reserved, StringComparer.Ordinal);
        var keys = names.ToArray();
        for (var i = 0; i < keys.Length; i++)
        {
            while (!used.Add(keys[i]))
            {
                keys[i] += "_";
            }
        }

        return keys;
    }
}
