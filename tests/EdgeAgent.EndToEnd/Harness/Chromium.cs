using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A headless Chromium with one page, driven by the DevTools protocol (chromedevtools.github.io/devtools-protocol).</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];
    private string? _session;
    private int _calls;

    private Chromium(ChildProcess process) => _process = process;

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? Obstacle { get; } = File.Exists("/usr/bin/chromium") ? null : "there is no /usr/bin/chromium; install Debian's chromium";

    public static async Task<Chromium> StartAsync(TemporaryFolder folder)
    {
        var process = ChildProcess.Start(
            "chromium",
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={folder["chromium"]}", "about:blank"]);
        var chromium = new Chromium(process);
        const string Announcement = "DevTools listening on ";
        await process.Errors.WhenAnyAsync(static line => line.StartsWith(Announcement, StringComparison.Ordinal), "Chromium to listen");
        var address = process.Errors.ToArray().First(static line => line.StartsWith(Announcement, StringComparison.Ordinal))[Announcement.Length..];
        using var deadline = new CancellationTokenSource(Feed<string>.Patience);
        await chromium._socket.ConnectAsync(new Uri(address), deadline.Token);
        var target = await chromium.CallAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await chromium.CallAsync("Target.attachToTarget", new() { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        chromium._session = attached["sessionId"]!.GetValue<string>();
        _ = await chromium.CallAsync("Page.enable", []);
        return chromium;
    }

    /// <summary>Makes it a screen of this width, light or dark.</summary>
    public async Task ShowAsync(int width, bool isDark)
    {
        _ = await CallAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        var scheme = new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" };
        _ = await CallAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(scheme) });
    }

    /// <summary>Opens a page; comes back when it has been loaded.</summary>
    public async Task OpenAsync(string url)
    {
        var opened = await CallAsync("Page.navigate", new() { ["url"] = url });
        if (opened["errorText"] is { } error)
        {
            throw new InvalidOperationException($"{url}: {error}");
        }

        _ = await EvaluateAsync("new Promise(resolve => document.readyState == 'complete' ? resolve(1) : addEventListener('load', () => resolve(1)))");
    }

    /// <summary>The value of an expression of JavaScript in the page.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return answer["exceptionDetails"] is { } details ? throw new InvalidOperationException(details.ToJsonString()) : answer["result"]!["value"];
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var deadline = new CancellationTokenSource(Feed<string>.Patience);
        var id = ++_calls;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            call["sessionId"] = _session;
        }

        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        while (true)
        {
            // Events come in between, and are nobody's business here.
            var answer = JsonNode.Parse((await ReceiveAsync(deadline.Token)).Span)!;
            if (answer["id"]?.GetValue<int>() == id)
            {
                return answer["result"] ?? throw new InvalidOperationException(answer.ToJsonString());
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        for (var length = 0; ;)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return _buffer.AsMemory(0, length);
            }
        }
    }
}
