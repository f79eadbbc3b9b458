using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>The status page: one look says how the agent is. No script; it loads itself again now and then.</summary>
internal static class StatusPage
{
    private const string Policy =
        "Content-Security-Policy: default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src ";

    private static readonly string Fields = $"{Policy}'{Style.Hash}'\r\n";

    /// <param name="status">How it is.</param>
    /// <param name="history">How it was.</param>
    /// <param name="now">The present.</param>
    /// <param name="zone">That of the clock times on the page.</param>
    public static HttpResponse Make(AgentStatus status, AgentHistory history, DateTimeOffset now, TimeZoneInfo zone)
    {
        var html = new Html();
        html.Add($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.Add($"<meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"refresh\" content=\"10\"><link rel=\"icon\" href=\"data:,\">");
        var headline = Headline.Of(status, now);
        html.Add($"<title>{status.Gateway}: {headline.Title}</title><style>");
        html.AddStyle(Style.Sheet);
        html.Add($"</style></head><body><header><h1>{status.Gateway}</h1><span class=\"quiet\">EdgeAgent {status.Version} · up {Quantity.Duration(status.UptimeS)}</span></header><main>");
        html.Add($"<section class=\"state {headline.Mood}\"><h2>{headline.Title}</h2><p>{headline.Detail}</p></section>");
        Tiles(html, status);
        Plots.Write(html, status, history, zone);
        SensorTable.Write(html, status);
        Losses.Write(html, status);
        html.Add($"</main>");
        Footer(html, status, now, zone);
        html.Add($"</body></html>");
        return new(HttpStatus.Ok, "text/html; charset=utf-8", html.ToUtf8(), Fields);
    }

    private static void Tiles(Html html, AgentStatus status)
    {
        var (queue, rates) = (status.Queue, status.Rates);
        html.Add($"<section class=\"tiles\">");
        Tile(html, "Waiting", Quantity.Count(queue.Depth), queue.Depth == 1 ? "message" : "messages", Waiting(queue));
        Tile(html, "Delivered", Quantity.Number(rates.DeliveredPerS), "per second", $"in the last minute; {Quantity.Count(queue.Acknowledged)} since the start");
        Tile(html, "Last acknowledgement", Ago(status.Broker.SinceAcknowledgementMs), status.Broker.SinceAcknowledgementMs is null ? string.Empty : "ago", Plots.Acknowledgement(rates));
        Tile(html, "On the card", Quantity.Bytes(queue.DiskBytes), string.Empty, $"{Quantity.Bytes(queue.WrittenTodayBytes)} written today");
        html.Add($"</section>");
    }

    private static void Tile(Html html, string name, string number, string unit, string detail) =>
        html.Add($"<div><h3>{name}</h3><p class=\"figure\">{number} <small>{unit}</small></p><p class=\"quiet\">{detail}</p></div>");

    private static string Waiting(QueueStatus queue) => queue switch
    {
        { Store: "full" } => "written again when there is room",
        { DaysUntilFull: { } days } => $"full in {Quantity.Days(days)} at this rate",
        { OldestS: { } oldest } => $"the oldest is {Quantity.Duration(oldest)} old",
        _ => "nothing is held up",
    };

    private static string Ago(long? milliseconds) => milliseconds is { } known ? Quantity.Duration(known / 1000.0) : "never";

    private static void Footer(Html html, AgentStatus status, DateTimeOffset now, TimeZoneInfo zone)
    {
        var configuration = status.Configuration;
        html.Add($"<footer><p>Configuration {configuration.Path}, in force since {Clock(configuration.Loaded, zone)}.");
        if (configuration.ReloadError is { } error)
        {
            html.Add($" <span class=\"error\">A newer one is not in force: {error}</span>");
        }

        html.Add($"</p><p>The queue may grow to {Quantity.Bytes(status.Queue.MaxBytes)}");
        if (status.Queue.FreeBytes is { } free)
        {
            html.Add($"; {Quantity.Bytes(free)} are free on its disk");
        }

        html.Add($".</p><p>As of {Clock(now, zone)} · <a href=\"/metrics\">metrics</a></p></footer>");
    }

    private static string Clock(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
