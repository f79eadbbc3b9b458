using System.Globalization;

namespace EdgeAgent.Readings;

/// <summary>
/// The default payload, one flat JSON object:
/// <c>{"ts":"2026-11-22T10:00:00.000Z","value":61.312,"unit":"°C","id":"5f3a9c-81234"}</c>. Several values become several keys.
/// A backlog message adds <c>"historical":true</c>, an unsure time <c>"clock":"unsynced"</c>. The agent's own keys are called as
/// <see cref="JsonNames"/> say. Pure.
/// </summary>
internal static class JsonPayload
{
    public static void Write(in PayloadSource source, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        var keys = envelope.Json;
        output.Write(keys.Time);
        WriteTime(source.WallTime, ref output);
        var values = new BodyValues(source.Body);
        for (var i = 0; i < keys.Fields.Length && values.TryTake(out var value, out var text); i++)
        {
            if (value.Kind != ValueKind.None)
            {
                output.Write(keys.Fields[i]);
                ValueWriter.Write(value, text, ValueDialect.Json, ref output);
            }
        }

        output.Write(keys.Unit);
        output.Write(keys.Id);
        output.Write(source.Id);
        output.Write("\""u8);
        output.Write(source.IsHistorical ? keys.Historical : []);
        output.Write(source.IsTimeSure ? [] : keys.Unsynchronized);
        output.Write("}"u8);
    }

    private static void WriteTime(long wallTime, ref PayloadBuffer output)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
            wallTime,
            DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
            DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        const int Length = 26;
        _ = time.TryFormat(output.Take(Length), out _, "'\"'yyyy-MM-dd'T'HH:mm:ss.fff'Z\"'", CultureInfo.InvariantCulture);
    }
}
