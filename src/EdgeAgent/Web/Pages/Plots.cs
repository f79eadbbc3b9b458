using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>The three plots of the status page: how deep the queue was, how fast it was delivered, how long acknowledgements took.</summary>
internal static class Plots
{
    private const int TimesBelow = 5;

    public static void Write(Html html, AgentStatus status, AgentHistory history, TimeZoneInfo zone)
    {
        // Minutes say nothing in the first quarter of an hour.
        var series = history.Day.Depth.Length > 15 ? history.Day : history.Recent;
        var span = TimeSpan.FromSeconds(series.StepS * series.Depth.Length);
        if (series.Depth.Length < 2)
        {
            html.Add($"<section><h2>History</h2><p class=\"quiet\">The first plots appear a few seconds after the start.</p></section>");
            return;
        }

        var connected = status.Broker.State == "none" ? [] : Curve.Fold(series.Connected, byMean: true);
        var times = Times(series.End - span, series.End, zone);
        var rates = series.Delivered.Select(delivered => (double?)delivered / series.StepS).ToList();
        html.Add($"<section><div class=\"title\"><h2>The last {(span.TotalHours > 23.9 ? "24 hours" : Quantity.Duration(span.TotalSeconds))}</h2>");
        if (Array.Exists(connected, static share => share < 0.9))
        {
            html.Add($"<span class=\"key\"><i></i>without a connection</span>");
        }

        html.Add($"</div>");
        Plot.Write(
            html,
            "Messages waiting",
            Quantity.Count(status.Queue.Depth),
            [new("depth", Curve.Fold([.. series.Depth.Select(static depth => (double?)depth)]), IsFilled: true)],
            connected,
            Quantity.Number,
            times);
        Plot.Write(
            html,
            "Delivered per second",
            $"{Quantity.Number(status.Rates.DeliveredPerS)} /s",
            [new("rate", Curve.Fold(rates, byMean: true), IsFilled: true)],
            connected,
            Quantity.Number,
            times);
        Plot.Write(
            html,
            "Time to acknowledgement",
            Acknowledgement(status.Rates),
            [new("tail", Curve.Fold(series.AcknowledgementP99Ms)), new("median", Curve.Fold(series.AcknowledgementP50Ms, byMean: true))],
            connected,
            Quantity.Milliseconds,
            times);
        html.Add($"</section>");
    }

    public static string Acknowledgement(RateStatus rates) => rates is { AcknowledgementP50Ms: { } half, AcknowledgementP99Ms: { } most }
        ? $"half within {Quantity.Milliseconds(half)}, 99 % within {Quantity.Milliseconds(most)}"
        : "none in the last minute";

    private static string[] Times(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone) =>
    [
        .. Enumerable.Range(0, TimesBelow).Select(i => TimeZoneInfo.ConvertTime(from + ((to - from) * i / (TimesBelow - 1)), zone)
            .ToString(to - from < TimeSpan.FromMinutes(10) ? "HH:mm:ss" : "HH:mm", CultureInfo.InvariantCulture)),
    ];
}
