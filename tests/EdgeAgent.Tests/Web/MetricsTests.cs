using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EdgeAgent.Delivery;
using EdgeAgent.Web.Pages;

namespace EdgeAgent.Tests.Web;

/// <summary>Read back by the rules of prometheus.io/docs/instrumenting/exposition_formats; promtool reads the real agent's in the end-to-end tests.</summary>
public sealed partial class MetricsTests
{
    private readonly AcknowledgementTimes _times = new();

    [Fact]
    public void Every_line_is_of_the_text_format_and_every_sample_stands_below_its_type()
    {
        _times.Record(TimeSpan.FromMilliseconds(12));
        var name = string.Empty;
        var seen = new HashSet<string>();
        foreach (var line in Lines(SomeStatus.Hostile))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                name = line.Split(' ')[2];
                Assert.True(seen.Add(name), $"{name} comes twice");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Matches($"^# TYPE {name} (counter|gauge|histogram)$", line);
                Assert.Equal(name.EndsWith("_total", StringComparison.Ordinal), line.EndsWith(" counter", StringComparison.Ordinal));
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.Equal(name, Suffix().Replace(sample.Groups[1].Value, string.Empty));
                Assert.True(double.TryParse(sample.Groups[2].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), line);
            }
        }
    }

    [Fact]
    public void The_figures_are_the_agents()
    {
        var lines = Lines("pi").ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "edgeagent_connected 1", "edgeagent_reconnects_total 2", "edgeagent_published_total 1000", "edgeagent_acked_total 1200",
                "edgeagent_rejected_total{code=\"0x87\"} 4", "edgeagent_dropped_total{reason=\"expired\"} 12", "edgeagent_queue_messages 7",
                "edgeagent_queue_bytes 1048576", "edgeagent_queue_oldest_seconds 3600", "edgeagent_disk_free_bytes 1073741824",
                "edgeagent_sensor_errors_total{sensor=\"probe\",kind=\"crc\"} 5", "edgeagent_sensor_up{sensor=\"probe\",type=\"ds18b20\"} 0",
            },
            lines);
    }

    [Fact]
    public void The_histogram_is_cumulative_and_ends_with_everything()
    {
        _times.Record(TimeSpan.FromMilliseconds(1));
        _times.Record(TimeSpan.FromMilliseconds(3));
        _times.Record(TimeSpan.FromDays(1));

        var counts = Lines("pi").Where(static line => line.StartsWith("edgeagent_acknowledgement_seconds_", StringComparison.Ordinal)).ToArray();

        Assert.Contains("edgeagent_acknowledgement_seconds_bucket{le=\"0.001024\"} 1", counts);
        Assert.Contains("edgeagent_acknowledgement_seconds_bucket{le=\"0.004096\"} 2", counts);
        Assert.Contains("edgeagent_acknowledgement_seconds_bucket{le=\"67.108864\"} 2", counts);
        Assert.Contains("edgeagent_acknowledgement_seconds_bucket{le=\"+Inf\"} 3", counts);
        Assert.Contains("edgeagent_acknowledgement_seconds_count 3", counts);
    }

    [Fact]
    public void Every_metric_is_in_the_document()
    {
        var document = RepositoryFile.Read("docs/status.md");
        var names = Lines("pi").Where(static line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]["edgeagent_".Length..]);

        Assert.DoesNotContain(names, name => !document.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private string[] Lines(string text)
    {
        var body = Encoding.UTF8.GetString(MetricsPage.Make(SomeStatus.Of(text, depth: 7), _times).Body.Span);
        Assert.EndsWith("\n", body, StringComparison.Ordinal);
        return body[..^1].Split('\n');
    }

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*")*\})? (\S+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("(?<=_seconds)_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
