using System.Collections.Immutable;

namespace EdgeAgent.Readings;

/// <summary>The keys of a reading's fields in a flat JSON payload. Pure.</summary>
internal static class FieldNames
{
    /// <summary>The keys that are the agent's own.</summary>
    private static readonly string[] Reserved = ["ts", "id", "unit", "historical", "clock"];

    /// <summary>
    /// One key per field: its name, with underscores behind it where the name is one of the agent's own keys or was used before,
    /// because a JSON object with a key twice is read differently by everyone.
    /// </summary>
    public static string[] ForJson(ImmutableArray<Field> fields)
    {
        var used = new HashSet<string>(Reserved, StringComparer.Ordinal);
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
