using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace EdgeAgent.Readings;

/// <summary>
/// The default payload, one flat JSON object:
/// <c>{"ts":"2026-11-22T10:00:00.000Z","value":61.312,"unit":"°C","id":"5f3a9c-81234"}</c>. Several values become several keys.
/// A backlog message adds <c>"historical":true</c>, an unsure time <c>"clock":"unsynced"</c>. Pure.
/// </summary>
internal static class JsonPayload
{
    public static void Write(in PayloadSource source, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        output.Write("{\"ts\":\""u8);
        WriteTime(source.WallTime, ref output);
        output.Write("\""u8);
        var values = new BodyValues(source.Body);
        for (var i = 0; i < envelope.JsonKeys.Length && values.TryTake(out var value, out var text); i++)
        {
            if (value.Kind != ValueKind.None)
            {
                output.Write(envelope.JsonKeys[i]);
                ValueWriter.Write(value, text, ValueDialect.Json, ref output);
            }
        }

        output.Write(envelope.JsonUnit);
        output.Write(",\"id\":\""u8);
        output.Write(source.Id);
        output.Write("\""u8);
        if (source.IsHistorical)
        {
            output.Write(",\"historical\":true"u8);
        }

        if (!source.IsTimeSure)
        {
            output.Write(",\"clock\":\"unsynced\""u8);
        }

        output.Write("}"u8);
    }

    /// <summary>The bytes <c>,"name":</c> of a field.</summary>
    public static byte[] Key(string name) => Encoding.UTF8.GetBytes($",\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)}\":");

    /// <summary>The bytes <c>,"unit":"..."</c>, or none.</summary>
    public static byte[] Unit(string? unit) =>
        unit is null ? [] : Encoding.UTF8.GetBytes($",\"unit\":\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(unit)}\"");

    private static void WriteTime(long wallTime, ref PayloadBuffer output)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
            wallTime,
            DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
            DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        const int Length = 24;
        _ = time.TryFormat(output.Take(Length), out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
