using System.Collections.Immutable;

namespace EdgeAgent.Readings;

/// <summary>The keys of a reading's fields in the flat formats. Pure.</summary>
internal static class FieldNames
{
    /// <summary>The agent's own fields in line protocol, and the one that names the time there.</summary>
    private static readonly string[] InInflux = ["id", "historical", "clock", "time"];

    /// <summary>The agent's own keys in JSON.</summary>
    private static readonly string[] InJson = ["ts", "id", "unit", "historical", "clock"];

    public static string[] ForJson(ImmutableArray<Field> fields) => Unique(fields, InJson);

    public static string[] ForInflux(ImmutableArray<Field> fields) => Unique(fields, InInflux);

    /// <summary>
    /// One key per field: its name, with underscores behind it where the name is one of the agent's own keys or was used before,
    /// because a key that comes twice is read differently by everyone.
    /// </summary>
    private static string[] Unique(ImmutableArray<Field> fields, string[] reserved)
    {
        var used = new HashSet<string>(reserved, StringComparer.Ordinal);
        var keys = new string[fields.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = fields[i].Name;
            while (!used.Add(keys[i]))
            {
                keys[i] += "_";
            }
        }

        return keys;
    }
}
