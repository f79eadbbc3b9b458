using System.Globalization;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>A line a second, and one for each change of act: for logs and for terminals that can do no more.</summary>
internal sealed class PlainScreen(TextWriter output) : Screen
{
    private static readonly TimeSpan LineTime = TimeSpan.FromSeconds(1);

    public override async Task ShowAsync(IAsyncEnumerable<Frame> frames)
    {
        var act = string.Empty;
        var next = TimeSpan.Zero;
        await foreach (var frame in frames)
        {
            if (frame.Act != act)
            {
                act = frame.Act;
                next = frame.Elapsed;
                await output.WriteLineAsync($"-- {act}");
            }

            if (frame.Elapsed < next)
            {
                continue;
            }

            next += LineTime;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{frame.Elapsed.TotalSeconds,5:0.0} s  broker {(frame.BrokerRuns ? "up  " : "down")}  read {frame.Status?.Queue.Accepted,6}  queued {frame.Status?.Queue.Depth,6}  delivered {frame.Delivered,6}"));
        }
    }
}
