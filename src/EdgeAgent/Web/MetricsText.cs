using System.Globalization;
using System.Text;

namespace EdgeAgent.Web;

/// <summary>Writes the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(16 * 1024);
    private string _name = string.Empty;

    /// <summary>Begins a metric; its samples follow.</summary>
    /// <param name="name">Without the prefix.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="help">One line for people.</param>
    public void Begin(string name, string type, string help)
    {
        _name = $"edgeagent_{name}";
        _ = _text.Append(CultureInfo.InvariantCulture, $"# HELP {_name} {help}\n# TYPE {_name} {type}\n");
    }

    /// <summary>A sample of the metric that was begun; nothing where the value is not known.</summary>
    public void Sample(double? value, params ReadOnlySpan<(string Name, string Value)> labels) => Sample(string.Empty, value, labels);

    /// <param name="suffix">Behind the metric's name: _bucket, _sum or _count.</param>
    /// <param name="value">Null where it is not known.</param>
    /// <param name="labels">Values are escaped.</param>
    public void Sample(string suffix, double? value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (value is not { } known)
        {
            return;
        }

        _ = _text.Append(_name).Append(suffix);
        for (var i = 0; i < labels.Length; i++)
        {
            _ = _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        }

        _ = _text.Append(labels.IsEmpty ? " " : "} ").Append(known.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>A metric with one sample.</summary>
    public void Single(string name, string type, string help, double? value)
    {
        if (value is not null)
        {
            Begin(name, type, help);
            Sample(value);
        }
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
