using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Delivery.HomeAssistant;

/// <summary>
/// The retained message by which Home Assistant learns of a gateway and its values: one device, a component for each value. Pure.
/// Source: Home Assistant documentation, "MQTT", device discovery payload; the abbreviated keys are those of that page.
/// </summary>
/// <param name="gateway">The gateway's name.</param>
/// <param name="version">The agent's.</param>
/// <param name="statusTopic">Where the agent says online and offline.</param>
/// <param name="sensors">Every sensor that is announced.</param>
internal sealed class DiscoveryDocument(string gateway, string version, string statusTopic, ImmutableArray<AnnouncedSensor> sensors)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of the device in topics and ids: letters, digits, hyphens and underscores.</summary>
    public string DeviceId { get; } = "edgeagent_" + Plain(gateway);

    public static DiscoveryDocument For(AgentConfig config, string version) =>
        new(config.Gateway, version, config.Status.Topic, [.. config.Sensors.Select(AnnouncedSensor.Of).OfType<AnnouncedSensor>()]);

    /// <summary>The components that the sensors' values make, by their keys, each as JSON.</summary>
    public ImmutableSortedDictionary<string, string> Components(ImmutableDictionary<string, ImmutableArray<DiscoveredField>> seen)
    {
        var components = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var sensor in sensors)
        {
            var fields = seen.GetValueOrDefault(sensor.Id, []);
            foreach (var field in fields.Where(_ => !sensor.IsBare || fields.Length == 1))
            {
                var isOnly = fields.Length == 1 && field.Name == "value";
                var key = isOnly ? Plain(sensor.Id) : $"{Plain(sensor.Id)}_{Plain(field.Name)}";
                while (components.ContainsKey(key))
                {
                    key += "_";
                }

                components.Add(key, Component(sensor, field, key, isOnly ? sensor.Id : $"{sensor.Id} {field.Name}"));
            }
        }

        return components.ToImmutable();
    }

    /// <summary>Whether a component that was announced earlier belongs to a sensor that is still there.</summary>
    public bool IsConfigured(string component)
    {
        using var document = JsonDocument.Parse(component);
        return document.RootElement.TryGetProperty("stat_t", out var topic) && topic.ValueKind == JsonValueKind.String
            && sensors.Any(sensor => topic.ValueEquals(sensor.StateTopic));
    }

    /// <summary>What makes Home Assistant remove a component, for one message; in the next it is left out.</summary>
    public static string Removed(string component)
    {
        using var document = JsonDocument.Parse(component);
        return document.RootElement.TryGetProperty("p", out var platform) && platform.ValueKind == JsonValueKind.String && platform.ValueEquals("binary_sensor")
            ? """{"p":"binary_sensor"}"""
            : """{"p":"sensor"}""";
    }

    /// <summary>The components of a message of earlier; none where it is not one.</summary>
    public static ImmutableSortedDictionary<string, string> Read(ReadOnlyMemory<byte> message)
    {
        var components = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(message);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("cmps", out var found) && found.ValueKind == JsonValueKind.Object)
            {
                foreach (var component in found.EnumerateObject().Where(component => component.Value.ValueKind == JsonValueKind.Object))
                {
                    components[component.Name] = component.Value.GetRawText();
                }
            }
        }
        catch (JsonException)
        {
            // Somebody else's, or cut short: nothing in it has to be taken back.
        }

        return components.ToImmutable();
    }

    /// <summary>The message for these components; empty, which makes Home Assistant forget the device, where there are none.</summary>
    public byte[] Write(ImmutableSortedDictionary<string, string> components) => components.IsEmpty ? [] : Json(json =>
    {
        json.WriteStartObject("dev"u8);
        json.WriteString("ids"u8, DeviceId);
        json.WriteString("name"u8, gateway);
        json.WriteString("mf"u8, "edgeagent"u8);
        json.WriteString("sw"u8, version);
        json.WriteEndObject();
        json.WriteStartObject("o"u8);
        json.WriteString("name"u8, "edgeagent"u8);
        json.WriteString("sw"u8, version);
        json.WriteEndObject();
        json.WriteStartArray("avty"u8);
        json.WriteStartObject();
        json.WriteString("t"u8, statusTopic);
        json.WriteString("val_tpl"u8, "{{ value_json.state }}"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("cmps"u8);
        foreach (var (key, component) in components)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(component);
        }

        json.WriteEndObject();
        json.WriteNumber("qos"u8, 1);
    });

    private string Component(AnnouncedSensor sensor, DiscoveredField field, string key, string name) => Encoding.UTF8.GetString(Json(json =>
    {
        var isSwitch = field.Kind == ValueKind.Boolean;
        json.WriteString("p"u8, isSwitch ? "binary_sensor"u8 : "sensor"u8);
        json.WriteString("uniq_id"u8, $"{DeviceId}_{key}");
        json.WriteString("name"u8, name);
        if (field.Kind is ValueKind.Integer or ValueKind.Real)
        {
            var quantity = DeviceClass.Of(field.Name == "value" ? sensor.Id : field.Name, field.Unit);
            WriteText(json, "dev_cla", quantity.Name);
            WriteText(json, "unit_of_meas", quantity.Unit);
            json.WriteString("stat_cla"u8, quantity.StateClass);
        }

        json.WriteString("stat_t"u8, sensor.StateTopic);
        json.WriteString("val_tpl"u8, Template(sensor, field, isSwitch));
        if (sensor.ExpireAfter is { } seconds)
        {
            json.WriteNumber("exp_aft"u8, seconds);
        }

        if (sensor.IsDiagnostic)
        {
            json.WriteString("ent_cat"u8, "diagnostic"u8);
        }
    }));

    private static string Template(AnnouncedSensor sensor, DiscoveredField field, bool isSwitch)
    {
        var value = sensor.IsBare ? isSwitch ? "value == 'true'" : "value"
            : IsName(field.Key) ? $"value_json.{field.Key}"
            : $"value_json['{field.Key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}']";
        return isSwitch ? $"{{{{ 'ON' if {value} else 'OFF' }}}}" : $"{{{{ {value} }}}}";
    }

    private static void WriteText(Utf8JsonWriter json, string key, string? text)
    {
        if (text is not null)
        {
            json.WriteString(key, text);
        }
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsName(string key) => key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>In the characters that discovery topics may have. Where that changes something, a checksum keeps two names apart.</summary>
    private static string Plain(string name)
    {
        var plain = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? character : '_'));
        return plain == name ? plain : string.Create(CultureInfo.InvariantCulture, $"{plain}_{Checksum(name):x4}");
    }

    /// <summary>The same in every run: FNV-1a, folded to 16 bits.</summary>
    private static uint Checksum(string name)
    {
        var hash = 2166136261u;
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ unit) * 16777619u;
        }

        return (hash >> 16) ^ (hash & 0xFFFF);
    }
}
