using System.Text;

namespace EdgeAgent.Readings;

/// <summary>
/// InfluxDB line protocol, one line: <c>boiler_flow,gateway=pi value=61.312,id="5f3a9c-81234" 1763805600000000000</c>. Integers have
/// their <c>i</c>, times are nanoseconds. Units have no place in it. Pure.
/// Source: InfluxDB v2 documentation, "Line protocol".
/// </summary>
internal static class InfluxPayload
{
    public static void Write(in PayloadSource source, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        output.Write(envelope.InfluxSeries);
        var values = new BodyValues(source.Body);
        for (var i = 0; i < envelope.InfluxKeys.Length && values.TryTake(out var value, out var text); i++)
        {
            if (value.Kind != ValueKind.None)
            {
                output.Write(envelope.InfluxKeys[i]);
                ValueWriter.Write(value, text, ValueDialect.LineProtocol, ref output);
                output.Write(","u8);
            }
        }

        output.Write("id=\""u8);
        output.Write(source.Id);
        output.Write("\""u8);
        if (source.IsHistorical)
        {
            output.Write(",historical=true"u8);
        }

        if (!source.IsTimeSure)
        {
            output.Write(",clock=\"unsynced\""u8);
        }

        output.Write(" "u8);
        output.WriteNumber(source.WallTime);
        output.Write("000000"u8);
    }

    /// <summary>Measurement and tags, and the space behind them.</summary>
    public static byte[] Series(string measurement, string? gateway) => Encoding.UTF8.GetBytes(
        Escape(measurement, ", ") + (string.IsNullOrEmpty(gateway) ? string.Empty : ",gateway=" + Escape(gateway, ",= ")) + " ");

    /// <summary>A field's name and the equals sign.</summary>
    public static byte[] Key(string name) => Encoding.UTF8.GetBytes(Escape(name, ",= ") + "=");

    /// <summary>A backslash before each special character; a line break, that no name may have, becomes a space.</summary>
    private static string Escape(string name, string special)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (var character in name.ReplaceLineEndings(" "))
        {
            if (special.Contains(character, StringComparison.Ordinal))
            {
                _ = escaped.Append('\\');
            }

            _ = escaped.Append(character);
        }

        return escaped.ToString();
    }
}
