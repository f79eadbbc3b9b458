using System.Diagnostics;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The status page of the real agent in a real browser, and its metrics through Prometheus' own tool.</summary>
public sealed class PageTests : IDisposable
{
    private const string IsFree = "document.documentElement.scrollWidth <= innerWidth";

    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task A_browser_shows_the_state_before_and_after_an_outage_on_phone_and_desktop()
    {
        Skip.If(Chromium.Obstacle is not null, Chromium.Obstacle);
        await using var broker = await Mosquitto.StartAsync(_folder);
        var listen = $"127.0.0.1:{LoopbackPort.Next()}";
        var script = _folder.Write("value", """{"note":"<img src=x onerror=document.title=1>"}""");
        await using var agent = await AgentProcess.StartAsync(
            _folder,
            Configuration.Of(
                _folder,
                broker.Url,
                [new CountingSensor(_folder, "counter", "100ms").Yaml, $"{{id: hostile, type: exec, command: [cat, {script}], parse: json, interval: 1s}}", "{id: gone, type: file, path: /no/such/file, interval: 1s}"],
                listen: listen));
        await using var browser = await Chromium.StartAsync(_folder);
        await agent.WhenAsync(static status => status.Queue.Acknowledged > 120 && status.Rates.DeliveredPerS > 1, "two steps of the history");

        await browser.ShowAsync(width: 390, isDark: true);
        await browser.OpenAsync($"http://{listen}/");
        Assert.Equal("test: Delivering", await TextAsync(browser, "document.title"));
        Assert.True((bool)(await browser.EvaluateAsync(IsFree))!, "the page is wider than a phone");
        Assert.Equal("rgb(14, 18, 23)", await TextAsync(browser, "getComputedStyle(document.body).backgroundColor"));
        Assert.Equal(3, (int)(await browser.EvaluateAsync("document.querySelectorAll('figure svg path.line').length > 2 ? 3 : 0"))!);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("document.querySelectorAll('script, img').length"))!);
        Assert.Contains("<img src=x", await TextAsync(browser, "document.querySelector('.sensors').innerText"), StringComparison.Ordinal);
        Assert.Contains("/no/such/file", await TextAsync(browser, "document.querySelector('.failing .error').innerText"), StringComparison.Ordinal);

        await broker.StopAsync();
        await agent.WhenAsync(static status => status.Broker.State != "connected" && status.Broker.SinceAcknowledgementMs > 11_000, "a step of the history without a connection");
        await browser.ShowAsync(width: 1280, isDark: false);
        await browser.OpenAsync($"http://{listen}/");
        Assert.Equal("test: Offline, queueing", await TextAsync(browser, "document.title"));
        Assert.Equal("rgb(246, 247, 249)", await TextAsync(browser, "getComputedStyle(document.body).backgroundColor"));
        Assert.True((int)(await browser.EvaluateAsync("document.querySelectorAll('rect.outage').length"))! >= 3, "the outage is not shaded");
        Assert.True((double)(await browser.EvaluateAsync("document.querySelector('rect.outage').getBoundingClientRect().width"))! > 10);
        Assert.True((bool)(await browser.EvaluateAsync(IsFree))!, "the page is wider than the screen");
    }

    [SkippableFact]
    public async Task Promtool_finds_nothing_wrong_with_the_metrics()
    {
        Skip.IfNot(File.Exists("/usr/bin/promtool"), "there is no /usr/bin/promtool; install Debian's prometheus");
        await using var broker = await Mosquitto.StartAsync(_folder);
        var listen = $"127.0.0.1:{LoopbackPort.Next()}";
        await using var agent = await AgentProcess.StartAsync(
            _folder,
            Configuration.Of(_folder, broker.Url, [new CountingSensor(_folder, "counter", "50ms").Yaml, "{id: gone, type: file, path: /no/such/file, interval: 1s}"], listen: listen));
        await agent.WhenAsync(static status => status.Queue.Acknowledged > 0 && status.Sensors[1].Failures > 0, "a delivery and a failure");
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://{listen}/metrics"));

        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        var findings = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.Equal((0, string.Empty), (promtool.ExitCode, findings));
        Assert.Contains("edgeagent_connected 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("edgeagent_sensor_errors_total{sensor=\"gone\",kind=\"missing\"}", metrics, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> TextAsync(Chromium browser, string expression) => (string)(await browser.EvaluateAsync(expression))!;
}
