using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace EdgeAgent.Readings;

/// <summary>
/// Sensor Measurement Lists in JSON: one pack per message, one record per value:
/// <c>[{"bn":"pi:boiler_flow:","bt":1763805600.000,"n":"value","u":"Cel","v":61.312,"id":"5f3a9c-81234"}]</c>. Pure.
/// Source: RFC 8428, sections 4 and 5; labels that a reader does not know are ignored (section 4.4), so the id may stand in the first
/// record.
/// </summary>
internal static class SenMlPayload
{
    /// <summary>Units of RFC 8428 section 12.1 and RFC 8798 by the names people write; any other goes as it is written.</summary>
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["°C"] = "Cel",
        ["C"] = "Cel",
        ["%rH"] = "%RH",
        ["%RH"] = "%RH",
        ["% RH"] = "%RH",
        ["Ω"] = "Ohm",
        ["ohm"] = "Ohm",
        ["l"] = "l",
        ["m³"] = "m3",
        ["m²"] = "m2",
        ["m/s²"] = "m/s2",
        ["lx"] = "lx",
        ["rpm"] = "1/min",
        ["byte"] = "B",
        ["bytes"] = "B",
        ["bool"] = "/",
    };

    public static void Write(in PayloadSource source, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        output.Write("[{\"bn\":\""u8);
        output.Write(envelope.SenMlBaseName);
        output.Write("\",\"bt\":"u8);
        WriteSeconds(source.WallTime, ref output);
        var isFirst = true;
        var values = new BodyValues(source.Body);
        for (var i = 0; i < envelope.SenMlRecords.Length && values.TryTake(out var value, out var text); i++)
        {
            if (value.Kind != ValueKind.None)
            {
                Begin(source, envelope.SenMlRecords[i], ref isFirst, ref output);
                output.Write(Label(value.Kind));
                ValueWriter.Write(value, text, ValueDialect.Json, ref output);
            }
        }

        output.Write("}]"u8);
    }

    /// <summary>
    /// The base name: gateway and sensor with colons behind them, in the characters that a name may have; what is not among them becomes
    /// an underscore (section 4.5.1).
    /// </summary>
    public static byte[] BaseName(string? gateway, string sensor) =>
        Encoding.UTF8.GetBytes(Name(string.IsNullOrEmpty(gateway) ? sensor + ":" : $"{gateway}:{sensor}:"));

    /// <summary>The bytes <c>"n":"name","u":"unit",</c> of a field.</summary>
    public static byte[] Record(Field field)
    {
        var unit = field.Unit is { } written
            ? $"\"u\":\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Units.GetValueOrDefault(written, written))}\","
            : string.Empty;
        return Encoding.UTF8.GetBytes($"\"n\":\"{Name(field.Name)}\",{unit}");
    }

    /// <summary>The label of a value goes by what it is (section 4.2).</summary>
    private static ReadOnlySpan<byte> Label(ValueKind kind) => kind switch
    {
        ValueKind.Boolean => "\"vb\":"u8,
        ValueKind.Text => "\"vs\":"u8,
        _ => "\"v\":"u8,
    };

    /// <summary>Opens a record; the first one is open already and also carries the id.</summary>
    private static void Begin(in PayloadSource source, byte[] record, ref bool isFirst, ref PayloadBuffer output)
    {
        if (!isFirst)
        {
            output.Write("},{"u8);
            output.Write(record);
            return;
        }

        isFirst = false;
        output.Write(",\"id\":\""u8);
        output.Write(source.Id);
        output.Write("\","u8);
        if (source.IsHistorical)
        {
            output.Write("\"historical\":true,"u8);
        }

        if (!source.IsTimeSure)
        {
            output.Write("\"clock\":\"unsynced\","u8);
        }

        output.Write(record);
    }

    private static void WriteSeconds(long wallTime, ref PayloadBuffer output)
    {
        var (seconds, milliseconds) = Math.DivRem(Math.Max(0, wallTime), 1000);
        output.WriteNumber(seconds);
        output.Write("."u8);
        _ = milliseconds.TryFormat(output.Take(3), out _, "000", CultureInfo.InvariantCulture);
    }

    private static string Name(string text)
    {
        var name = text.ToCharArray();
        for (var i = 0; i < name.Length; i++)
        {
            var isAllowed = char.IsAsciiLetterOrDigit(name[i]) || (i > 0 && name[i] is '-' or ':' or '.' or '/' or '_');
            name[i] = isAllowed ? name[i] : i == 0 ? 'x' : '_';
        }

        return new string(name);
    }
}
