using System.Diagnostics;
using EdgeAgent.Readings;
using static EdgeAgent.Benchmarks.QueueBenchmark;

namespace EdgeAgent.Benchmarks;

/// <summary>Numeric readings a second that are accepted and written, with one sensor and with sixteen.</summary>
internal static class AppendRun
{
    private static readonly (int Seconds, int Producers, int Count)[] Cases = [(1, 1, 1_000_000), (0, 1, 2_000), (0, 16, 20_000)];

    public static async Task RunAsync(string folder)
    {
        foreach (var (seconds, producers, count) in Cases)
        {
            await using var queue = Open(Path.Combine(folder, $"{seconds}-{producers}"), TimeSpan.FromSeconds(seconds));
            _ = queue.RunAsync(default);
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < count / producers; i++)
                {
                    await queue.AppendAsync(Reading, i, MessageBody.Of(i * 0.1), default);
                }
            })));
            await queue.FlushAsync();
            Say($"append until it is on disk, loss window {seconds} s, {producers} sensor(s)", count / watch.Elapsed.TotalSeconds, "messages/s");
        }
    }
}
