using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>The sensors with their latest values, the sick ones with what is wrong.</summary>
internal static class SensorTable
{
    /// <summary>So many values of one sensor are shown; the rest is counted.</summary>
    private const int MostValues = 6;

    /// <summary>A value that a sensor took from outside may be a whole text.</summary>
    private const int LongestText = 60;

    public static void Write(Html html, AgentStatus status)
    {
        var sick = status.Sensors.Count(static sensor => sensor.State is "failing" or "stuck");
        html.Add($"<section><div class=\"title\"><h2>Sensors</h2><span class=\"quiet\">{status.Sensors.Length}{(sick > 0 ? $", {sick} not well" : string.Empty)}</span></div>");
        if (status.Sensors.Length == 0)
        {
            html.Add($"<p class=\"quiet\">None yet. Add them under sensors: in {status.Configuration.Path}; “edgeagent discover” finds what is connected.</p></section>");
            return;
        }

        html.Add($"<table class=\"sensors\"><thead><tr><th>Sensor</th><th>Latest value</th><th class=\"number\">Age</th><th class=\"number\">Readings</th><th class=\"number\">Failures</th></tr></thead><tbody>");
        foreach (var sensor in status.Sensors)
        {
            Row(html, sensor);
        }

        html.Add($"</tbody></table></section>");
    }

    private static void Row(Html html, SensorReport sensor)
    {
        html.Add($"<tr class=\"{sensor.State}\"><td><b><i class=\"dot\" title=\"{sensor.State}\"></i>{sensor.Id}</b> <small>{sensor.Type}</small></td><td class=\"values\">");
        foreach (var value in sensor.LastValues.Take(MostValues))
        {
            html.Add($"<span class=\"value\">");
            if (value.Name != "value")
            {
                html.Add($"<small>{value.Name}</small> ");
            }

            html.Add($"{Short(value.Text)}");
            if (value.Unit is not null)
            {
                html.Add($" <small>{value.Unit}</small>");
            }

            html.Add($"</span> ");
        }

        if (sensor.LastValues.Length > MostValues)
        {
            html.Add($"<small>and {sensor.LastValues.Length - MostValues} more</small>");
        }
        else if (sensor.LastValues.Length == 0)
        {
            html.Add($"<small>{(sensor.Published > 0 ? "messages are passed on" : "nothing yet")}</small>");
        }

        if (sensor.LastError is not null)
        {
            html.Add($"<div class=\"error\">{sensor.LastError}{(sensor.FailingForS is { } seconds ? $" (for {Quantity.Duration(seconds)})" : string.Empty)}</div>");
        }

        html.Add($"</td><td class=\"number\" data-name=\"Age\">{(sensor.AgeS is { } age ? Quantity.Duration(age) : "–")}</td>");
        html.Add($"<td class=\"number\" data-name=\"Readings\">{Quantity.Count(sensor.Readings)}</td>");
        html.Add($"<td class=\"number\" data-name=\"Failures\">{Quantity.Count(sensor.Failures)}</td></tr>");
    }

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";
}
