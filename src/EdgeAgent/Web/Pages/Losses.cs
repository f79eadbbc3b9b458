using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>What will never be delivered and why, and the dead letters.</summary>
internal static class Losses
{
    public static void Write(Html html, AgentStatus status)
    {
        html.Add($"<section><h2>Lost since the start</h2>");
        if (status.Queue.Lost.Count == 0)
        {
            html.Add($"<p class=\"quiet\">Nothing.</p>");
        }
        else
        {
            html.Add($"<table><tbody>");
            foreach (var (reason, count) in status.Queue.Lost)
            {
                html.Add($"<tr><td><b>{reason.Replace('_', ' ')}</b> <small>{Meaning(reason)}</small></td><td class=\"number\">{Quantity.Count(count)}</td></tr>");
            }

            html.Add($"</tbody></table>");
        }

        if (status.Queue.DeadLetters > 0)
        {
            html.Add($"<p class=\"error\">{Quantity.Count(status.Queue.DeadLetters)} dead letters wait for you: the broker refused them for good, and they are kept.</p>");
        }

        html.Add($"</section>");
    }

    private static string Meaning(string reason) => reason switch
    {
        "expired" => "older than it may be delivered",
        "thinned" => "old readings, joined to make room",
        "evicted" => "the oldest, dropped to make room",
        "superseded" => "a newer value of the same sensor took its place (offline: keep_latest)",
        "dropped" => "taken while the broker was away (offline: drop)",
        "overrun" => "memory was full while the disk failed",
        "refused" => "refused by the broker for good",
        "purged" => "deleted by hand",
        "unreadable" => "could not be read from a damaged file",
        _ => "taken just before a crash or power cut, and not yet on disk",
    };
}
