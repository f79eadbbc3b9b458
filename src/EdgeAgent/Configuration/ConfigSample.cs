using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Configuration.Sections;
using EdgeAgent.Sensors;

namespace EdgeAgent.Configuration;

/// <summary>Writes sensors to be pasted into the configuration, with every key that they can have. It reads without an error as it stands.</summary>
internal static class ConfigSample
{
    /// <param name="schema">Every key there is.</param>
    /// <param name="kinds">Which kinds to show, each once.</param>
    public static string Write(ConfigSchema schema, ImmutableArray<SensorKind> kinds)
    {
        var text = new StringBuilder("sensors:\n");
        for (var i = 0; i < kinds.Length; i++)
        {
            var kind = kinds[i];
            text.Append(i > 0 ? "\n" : "").Append("  # ").Append(kind.Name).Append(": ").Append(kind.Summary).Append('\n');
            text.Append("  - id: ").Append(kind.Name).Append("_1\n");
            text.Append("    type: ").Append(kind.Name).Append('\n');
            foreach (var key in kind.Keys)
            {
                AppendKey(text, key);
            }

            AppendCommonKeys(text, schema, kind, isFirst: i == 0);
        }

        return text.ToString();
    }

    private static void AppendCommonKeys(StringBuilder text, ConfigSchema schema, SensorKind kind, bool isFirst)
    {
        if (!isFirst)
        {
            text.Append("    # and the keys of all sensors, as above\n");
            return;
        }

        text.Append("\n    # Every sensor can have these:\n");
        foreach (var key in schema.Sensor.KeysOf(kind).Where(key => !kind.Keys.Contains(key) && key != SensorSection.Id && key != SensorSection.Type))
        {
            AppendKey(text, key);
        }
    }

    private static void AppendKey(StringBuilder text, Key key)
    {
        text.Append("    # ").Append(key.Summary).Append('\n');
        text.Append("    ").Append(key.IsRequired ? "" : "#").Append(key.Name).Append(':').Append(key.Sample.Length > 0 ? " " : "").Append(key.Sample).Append('\n');
    }
}
