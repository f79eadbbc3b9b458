using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>
/// The fields of InfluxDB's line protocol: <c>weather,place=roof temp=21.5,wet=f,n=3i,note="a b" 1795000000000000000</c>.
/// Measurement, tags and time are left aside: topic and time are the agent's. Pure.
/// </summary>
internal static class InfluxLine
{
    public static Observation Parse(string text)
    {
        var line = text.Trim();
        var start = EndOf(line, 0, ' ');
        if (start >= line.Length)
        {
            return Observation.Failed(SensorFailureKind.Format, $"not line protocol, which is \"name field=value\": {NumberText.Quote(line)}");
        }

        var values = ImmutableArray.CreateBuilder<NamedValue>();
        var fields = line[(start + 1)..EndOf(line, start + 1, ' ')];
        for (var at = 0; at < fields.Length && values.Count < JsonValues.ValueLimit;)
        {
            var end = EndOf(fields, at, ',');
            var split = EndOf(fields, at, '=');
            if (split >= end || Field(fields[(split + 1)..end]) is not { } value)
            {
                return Observation.Failed(SensorFailureKind.Format, $"not a field of line protocol: {NumberText.Quote(fields.AsSpan(at, end - at))}");
            }

            values.Add(new(Unescape(fields[at..split]), value));
            at = end + 1;
        }

        return values.Count > 0 ? Observation.Of(values.ToImmutable()) : Observation.Failed(SensorFailureKind.Format, "line protocol without a field");
    }

    /// <summary>Where the next separator is that is neither escaped nor in quotes; the length where there is none.</summary>
    private static int EndOf(string text, int at, char separator)
    {
        var isQuoted = false;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[at] == separator && !isQuoted)
            {
                return at;
            }
        }

        return text.Length;
    }

    private static Value? Field(string text) => text switch
    {
        "t" or "T" or "true" or "True" or "TRUE" => Value.Of(true),
        "f" or "F" or "false" or "False" or "FALSE" => Value.Of(false),
        ['"', .. var inner, '"'] => Value.Of(Unescape(inner)),
        [.. var number, 'i' or 'u'] when NumberText.Parse(number, out var whole) is null && whole.Kind is ValueKind.Integer => whole,
        _ => NumberText.Parse(text, out var real) is null && real.TryGetNumber(out var number) ? Value.Of(number) : null,
    };

    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return plain.ToString();
    }
}
