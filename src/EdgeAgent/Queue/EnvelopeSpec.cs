using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// An envelope as it stands in the file: one JSON object, short keys, what is default left out. Keys that a reader does not know
/// are passed over, so that an older program can still deliver what a newer one stored.
/// </summary>
internal static class EnvelopeSpec
{
    public static byte[] Write(Envelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sensor"u8, envelope.Sensor);
            json.WriteString("topic"u8, envelope.Topic);
            WriteText(json, "gateway"u8, envelope.Gateway);
            WriteText(json, "history"u8, envelope.HistoryTopic);
            WriteNumber(json, "format"u8, (int)envelope.Format);
            WriteNumber(json, "retain"u8, envelope.Retain ? 1 : 0);
            WriteNumber(json, "expiry"u8, envelope.Expiry?.Ticks ?? 0);
            WriteNumber(json, "priority"u8, (int)envelope.Priority);
            WriteNumber(json, "offline"u8, (int)envelope.Offline);
            WriteText(json, "type"u8, envelope.ContentType);
            WriteNames(json, envelope.JsonNames);
            if (!envelope.Fields.IsDefaultOrEmpty)
            {
                json.WriteStartArray("fields"u8);
                foreach (var (name, unit) in envelope.Fields)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(name);
                    if (unit is not null)
                    {
                        json.WriteStringValue(unit);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The envelope, or null for bytes that are none (a damaged row).</summary>
    public static Envelope? Read(ReadOnlySpan<byte> spec)
    {
        try
        {
            var json = new Utf8JsonReader(spec);
            using var document = JsonDocument.ParseValue(ref json);
            var root = document.RootElement;
            var expiry = Number(root, "expiry"u8);
            return new Envelope
            {
                Sensor = Text(root, "sensor"u8) ?? throw new JsonException(),
                Topic = Text(root, "topic"u8) ?? throw new JsonException(),
                Gateway = Text(root, "gateway"u8),
                HistoryTopic = Text(root, "history"u8),
                Format = (PayloadFormat)Number(root, "format"u8),
                Retain = Number(root, "retain"u8) != 0,
                Expiry = expiry > 0 ? TimeSpan.FromTicks(expiry) : null,
                Priority = Number(root, "priority"u8) == (int)MessagePriority.High ? MessagePriority.High : MessagePriority.Normal,
                Offline = (OfflinePolicy)Number(root, "offline"u8),
                ContentType = Text(root, "type"u8),
                JsonNames = Names(root),
                Fields = Fields(root),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static ImmutableArray<Field> Fields(JsonElement root)
    {
        if (!root.TryGetProperty("fields"u8, out var array))
        {
            return [];
        }

        var fields = ImmutableArray.CreateBuilder<Field>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            fields.Add(new(item[0].GetString() ?? throw new JsonException(), item.GetArrayLength() > 1 ? item[1].GetString() : null));
        }

        return fields.MoveToImmutable();
    }

    private static void WriteNames(Utf8JsonWriter json, JsonNames names)
    {
        if (names == JsonNames.Default)
        {
            return;
        }

        json.WriteStartArray("names"u8);
        foreach (var name in (ReadOnlySpan<string>)[names.Time, names.Value, names.Unit, names.Id, names.Historical, names.Clock])
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static JsonNames Names(JsonElement root)
    {
        if (!root.TryGetProperty("names"u8, out var names))
        {
            return JsonNames.Default;
        }

        return new()
        {
            Time = At(0),
            Value = At(1),
            Unit = At(2),
            Id = At(3),
            Historical = At(4),
            Clock = At(5),
        };

        string At(int index) => names[index].GetString() ?? throw new JsonException();
    }

    private static string? Text(JsonElement root, ReadOnlySpan<byte> key) => root.TryGetProperty(key, out var value) ? value.GetString() : null;

    private static long Number(JsonElement root, ReadOnlySpan<byte> key) => root.TryGetProperty(key, out var value) ? value.GetInt64() : 0;

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> key, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(key, value);
        }
    }
}
