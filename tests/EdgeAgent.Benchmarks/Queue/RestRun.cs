using EdgeAgent.Readings;
using static EdgeAgent.Benchmarks.QueueBenchmark;

namespace EdgeAgent.Benchmarks;

/// <summary>Bytes of the file for each numeric reading that lies in it.</summary>
internal static class RestRun
{
    private const int Count = 200_000;

    public static async Task RunAsync(string folder)
    {
        await using (var queue = Open(folder, TimeSpan.FromSeconds(10)))
        {
            _ = queue.RunAsync(default);
            for (var i = 0; i < Count; i++)
            {
                await queue.AppendAsync(Reading, 3_000_000_000 + (i * 10), MessageBody.Of(20 + (i % 977 * 0.013)), default);
            }
        }

        Say("at rest", new FileInfo(Path.Combine(folder, "queue.db")).Length / (double)Count, "bytes/reading", "<= 30");
    }
}
