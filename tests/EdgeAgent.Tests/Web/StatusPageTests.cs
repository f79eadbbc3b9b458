using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EdgeAgent.Web;
using EdgeAgent.Web.Pages;

namespace EdgeAgent.Tests.Web;

public sealed partial class StatusPageTests
{
    [Fact]
    public void Whatever_comes_from_outside_is_escaped()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(SomeStatus.Hostile, state: "waiting", store: "failing"), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("alert(1)</", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\a', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_policy_allows_its_own_style_and_nothing_else()
    {
        var response = StatusPage.Make(SomeStatus.Of(), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc);
        var style = StyleElement().Match(Text(response)).Groups[1].Value;

        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-{hash}'\r\n", response.Fields, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", Text(response), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_element_that_is_opened_is_closed()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(depth: 5_000), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc));
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(StyleElement().Replace(page, string.Empty)))
        {
            if (tag.Groups[1].Length > 0)
            {
                Assert.Equal(open.Pop(), tag.Groups[2].Value);
            }
            else if (tag.Groups[2].Value is not ("meta" or "link") && tag.Groups[3].Length == 0)
            {
                open.Push(tag.Groups[2].Value);
            }
        }

        Assert.Empty(open);
    }

    [Fact]
    public void Losses_sick_sensors_and_dead_letters_are_shown()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc));

        Assert.Contains("<b>expired</b> <small>older than it may be delivered</small></td><td class=\"number\">12</td>", page, StringComparison.Ordinal);
        Assert.Contains("2 dead letters", page, StringComparison.Ordinal);
        Assert.Contains("2, 1 not well", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"error\">pi (for 1 min 1 s)</div>", page, StringComparison.Ordinal);
        Assert.Contains("A newer one is not in force: pi", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outage_is_shaded_where_it_was()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc));

        Assert.Equal(3, Count(page, "<rect class=\"outage\" x=\"120\" y=\"0\" width=\"120\" height=\"120\"/>"));
        Assert.Equal(3, Count(page, "<span>11:00</span>"));
    }

    [Fact]
    public void Where_no_broker_is_set_nothing_is_an_outage() =>
        Assert.DoesNotContain("class=\"outage\"", Text(StatusPage.Make(SomeStatus.Of(state: "none"), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc)), StringComparison.Ordinal);

    [Fact]
    public void Right_after_the_start_there_is_a_page_without_plots()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(), SomeStatus.History(steps: 0), SomeStatus.Now, TimeZoneInfo.Utc));

        Assert.Contains("The first plots appear a few seconds after the start.", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connected", 0, "healthy", "good", "Delivering")]
    [InlineData("connected", 5_000, "healthy", "busy", "Catching up")]
    [InlineData("waiting", 5_000, "healthy", "warn", "Offline, queueing")]
    [InlineData("connecting", 0, "healthy", "warn", "Offline, queueing")]
    [InlineData("none", 5, "healthy", "warn", "No broker set")]
    [InlineData("connected", 0, "full", "bad", "Disk full")]
    [InlineData("waiting", 0, "failing", "bad", "Storage fails")]
    public void The_state_is_told_in_two_words(string state, long depth, string store, string mood, string title)
    {
        var headline = Headline.Of(SomeStatus.Of(state: state, depth: depth, store: store, delivered: 102.5), SomeStatus.Now);

        Assert.Equal((mood, title), (headline.Mood, headline.Title));
    }

    [Fact]
    public void A_full_disk_says_what_to_do_and_not_when_it_will_be_full()
    {
        var page = Text(StatusPage.Make(SomeStatus.Of(store: "full"), SomeStatus.History(), SomeStatus.Now, TimeZoneInfo.Utc));

        Assert.Contains("until there is room on the queue&#39;s disk", page, StringComparison.Ordinal);
        Assert.Contains("written again when there is room", page, StringComparison.Ordinal);
        Assert.DoesNotContain("full in", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backlog_says_how_long_it_takes() =>
        Assert.StartsWith("About 50 s left at 100 messages/s.", Headline.Of(SomeStatus.Of(depth: 5_000, delivered: 102.5), SomeStatus.Now).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.04, "0 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3_600, "1 h")]
    [InlineData(7_980, "2 h 13 min")]
    [InlineData(90_000, "1 d 1 h")]
    public void Durations_are_told_in_two_units(double seconds, string text) => Assert.Equal(text, Quantity.Duration(seconds));

    [Fact]
    public void Many_steps_become_few_columns_without_losing_a_peak()
    {
        double?[] values = [.. Enumerable.Range(0, 1_440).Select(i => i < 10 ? (double?)null : i == 777 ? 99 : 1)];

        var columns = Curve.Fold(values);

        Assert.Equal(240, columns.Length);
        Assert.Equal((null, 1.0, 99.0), (columns[0], columns[2], columns[777 / 6]));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.2, 2)]
    [InlineData(21, 50)]
    [InlineData(51, 100)]
    [InlineData(100, 100)]
    [InlineData(48_120, 50_000)]
    public void Axes_end_at_round_numbers(double value, double ceiling) => Assert.Equal(ceiling, Plot.Ceiling(value), 6);

    private static string Text(HttpResponse response) => Encoding.UTF8.GetString(response.Body.Span);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();

    [GeneratedRegex("<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>")]
    private static partial Regex Tag();
}
