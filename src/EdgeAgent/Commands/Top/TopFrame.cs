using System.Globalization;
using EdgeAgent.Hosting;
using EdgeAgent.Web.Pages;

namespace EdgeAgent.Commands.Top;

internal enum FrameLook
{
    Plain,
    Title,
    Good,
    Bad,
    Curve,
    Faint,
}

/// <summary>A line of the screen.</summary>
/// <param name="Text">Without control characters, no longer than the screen is wide.</param>
/// <param name="Look">How it stands out, where there are colours.</param>
internal readonly record struct FrameLine(string Text, FrameLook Look = FrameLook.Plain);

/// <summary>The screen of <c>edgeagent top</c>, from what is known and how large it may be. Pure.</summary>
internal static class TopFrame
{
    private const int Axis = 9;
    private const int LowestPlot = 3;
    private const int HighestPlot = 12;

    /// <summary>Under this share of a step with a connection, the step counts as an outage.</summary>
    private const double Connected = 0.9;

    private static readonly FrameLine Foot = new("q quits", FrameLook.Faint);

    /// <param name="state">What is known.</param>
    /// <param name="width">Characters a line, at least 1.</param>
    /// <param name="height">Lines, at least 1.</param>
    /// <param name="now">The time.</param>
    /// <returns>At most <paramref name="height"/> lines.</returns>
    public static FrameLine[] Render(TopState state, int width, int height, DateTimeOffset now)
    {
        var lines = new List<FrameLine>();
        if (state.Silence is { } reason)
        {
            lines.Add(new($"Waiting for the agent, for {Quantity.Duration((now - state.SilentSince).TotalSeconds)}: {Quantity.Plain(reason)}", FrameLook.Bad));
        }

        if (state.Status is { } status)
        {
            Add(lines, status, state, width, height, now);
        }

        // What is cut off is told by the last line; the foot has its place where there is one.
        var room = Math.Max(0, height - 1);
        IEnumerable<FrameLine> shown = lines.Count <= room ? lines
            : [.. lines.Take(room - 1), new FrameLine($"... {lines.Count - room + 1} more lines: make the window higher", FrameLook.Faint)];
        return [.. shown.Append(Foot).Take(height).Select(line => line with { Text = Cut(line.Text, width) })];
    }

    private static void Add(List<FrameLine> lines, AgentStatus status, TopState state, int width, int height, DateTimeOffset now)
    {
        foreach (var line in Lines(StatusText.Summary(status)))
        {
            lines.Add(new(line, LookOf(line, lines.Count, status)));
        }

        if (state.IsRestarted)
        {
            lines.Add(new($"restart  it was started anew {Quantity.Duration(status.UptimeS)} ago", FrameLook.Bad));
        }

        if (DrainProgress.Of(status, state.History) is { } drain)
        {
            lines.Add(new(Drain(drain, width), FrameLook.Good));
        }

        var sensors = status.Sensors.Length > 0 ? Lines(StatusText.Sensors(status.Sensors)) : [];
        AddPlot(lines, state, width, Math.Clamp(height - lines.Count - sensors.Length - 5, LowestPlot, HighestPlot), now);
        lines.Add(new(""));
        lines.AddRange(sensors.Select(static (line, i) => new FrameLine(line, i == 0 ? FrameLook.Title : line.StartsWith(' ') ? FrameLook.Bad : FrameLook.Plain)));
    }

    private static FrameLook LookOf(string line, int index, AgentStatus status) =>
        index == 0 ? FrameLook.Title
        : line.StartsWith("broker", StringComparison.Ordinal) ? (status.Broker.State == "connected" ? FrameLook.Good : FrameLook.Bad)
        : FrameLook.Plain;

    private static string Drain(DrainProgress drain, int width)
    {
        var left = drain.SecondsLeft is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $", {drain.FallsPerS:0.#}/s, {Quantity.Duration(seconds)} left")
            : drain.FallsPerS is null ? "" : ", not getting less";
        var text = $"{Quantity.Count(drain.Peak - drain.Depth)} of {Quantity.Count(drain.Peak)} gone{left}";
        var room = Math.Clamp(width - text.Length - 20, 10, 40);
        var full = (int)(drain.Share * room);
        return $"drain    [{new string('█', full)}{new string('░', room - full)}] {(int)(drain.Share * 100),3} %  {text}";
    }

    private static void AddPlot(List<FrameLine> lines, TopState state, int width, int height, DateTimeOffset now)
    {
        if (state is not { History.Recent: { } recent, Status: { } status })
        {
            return;
        }

        // The present depth stands at the end, so that the curve does not lag behind the figures.
        double?[] values = [.. recent.Depth.Select(static depth => (double?)depth), status.Queue.Depth];
        double?[] connected = [.. recent.Connected, status.Broker.State == "connected" ? 1 : 0];
        var ceiling = Plot.Ceiling(values.Max() ?? 0);
        var wide = Math.Max(1, width - Axis);
        var curve = BraillePlot.Draw(values, ceiling, wide, height);
        var span = Quantity.Duration(((recent.Depth.Length * recent.StepS) + Math.Clamp((now - recent.End).TotalSeconds, 0, recent.StepS)));
        lines.Add(new(""));
        lines.Add(new($"Messages in the queue, the last {span}; ░ without the broker", FrameLook.Title));
        for (var i = 0; i < curve.Length; i++)
        {
            var label = i == 0 ? Quantity.Count((long)ceiling) : "";
            lines.Add(new($"{label,Axis - 2} ┤{curve[i]}", FrameLook.Curve));
        }

        lines.Add(new($"{"0",Axis - 2} ┼{Link(connected, wide)}", FrameLook.Faint));
    }

    /// <summary>The line below the curve: where there was a connection, where not, and where nobody knows.</summary>
    private static string Link(double?[] connected, int width) => string.Concat(
        BraillePlot.Columns([.. connected.Select(static share => 1 - share)], width).Select(static away => away is null ? ' ' : away > 1 - Connected ? '░' : '─'));

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static string Cut(string text, int width) => text.Length <= width ? text : width == 1 ? "…" : $"{text[..(width - 1)]}…";
}
