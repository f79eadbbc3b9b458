using System.Globalization;
using EdgeAgent.EndToEnd.Harness;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>One screen that renews itself in place.</summary>
internal sealed class LiveScreen(IAnsiConsole console) : Screen
{
    private const int GraphWidth = 60;
    private const int LongestValue = 50;
    private const string Bars = "▁▂▃▄▅▆▇█";

    public override Task ShowAsync(IAsyncEnumerable<Frame> frames) =>
        console.Live(new Text(string.Empty)).StartAsync(async live =>
        {
            await foreach (var frame in frames)
            {
                live.UpdateTarget(Draw(frame));
            }
        });

    private static Rows Draw(Frame frame)
    {
        var queue = frame.Status?.Queue;
        var counts = new Grid().AddColumns(2)
            .AddRow("read", Number(queue?.Accepted))
            .AddRow("queued", $"{Number(queue?.Depth)}   [grey]deepest {Number(queue?.Deepest)}[/]")
            .AddRow("delivered", $"{Number(frame.Delivered)}   [grey]counted by mosquitto_sub[/]")
            .AddRow("written to disk", $"{Number(queue?.WrittenBytes)} bytes")
            .AddRow("queue depth", $"[yellow]{Graph(frame.Depths)}[/]");
        return new Rows(
            new Markup($"[bold]{Clock(frame.Elapsed)}[/]  {Markup.Escape(frame.Act)}"),
            new Markup($"broker {(frame.BrokerRuns ? "[green]up[/]" : "[red]down[/]")}   agent: {Markup.Escape(frame.Status?.Broker.State ?? "not answering")}"),
            new Text(string.Empty),
            counts,
            Sensors(frame.Status));
    }

    private static IRenderable Sensors(AgentStatus? status)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("sensor", "last value", "readings", "failures");
        foreach (var sensor in status?.Sensors ?? [])
        {
            table.AddRow(
                Markup.Escape(sensor.Id), Markup.Escape(Value(sensor.LastValue)), Number(sensor.Readings), Number(sensor.Failures));
        }

        return table;
    }

    /// <summary>The depths as bars, the highest full; as many as fit, each the deepest of its stretch.</summary>
    private static string Graph(IReadOnlyList<long> depths)
    {
        var highest = Math.Max(1, depths.Max());
        var stretch = (depths.Count + GraphWidth - 1) / GraphWidth;
        return string.Concat(depths.Chunk(stretch).Select(some => Bars[(int)((Bars.Length - 1) * some.Max() / highest)]));
    }

    private static string Value(string? value) => value is { Length: > LongestValue } ? value[..LongestValue] + "…" : value ?? "-";

    private static string Clock(TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,4:0.0} s");

    private static string Number(long? number) => string.Create(CultureInfo.InvariantCulture, $"{number,7:N0}");
}
