using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using static EdgeAgent.Benchmarks.QueueBenchmark;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// Opening, the first message and the memory with ten messages in the file and with ten million, each in a process of its own: nothing of it may
/// grow with the backlog.
/// </summary>
internal static class OpenRun
{
    private static readonly int[] Depths = [10, 10_000_000];

    public static async Task RunAsync(string folder)
    {
        foreach (var depth in Depths)
        {
            var here = Path.Combine(folder, $"{depth}");
            await using (var queue = Open(here, TimeSpan.FromSeconds(1)))
            {
                _ = queue.RunAsync(default);
                for (var i = 0; i < depth; i++)
                {
                    await queue.AppendAsync(Reading, i, MessageBody.Of(i * 0.1), default);
                }
            }

            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["queue", "opened", here, $"{depth}"]))!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"the queue with {depth} messages was not opened");
            }
        }
    }

    /// <summary>In the other process.</summary>
    public static void Opened(string folder, long depth)
    {
        // What the runtime takes for the first file that it opens is not the queue's.
        Open(Directory.CreateDirectory(Path.Combine(folder, "first")).FullName, TimeSpan.FromSeconds(1)).DisposeAsync().AsTask().GetAwaiter().GetResult();
        var size = new FileInfo(Path.Combine(folder, "queue.db")).Length / 1e6;
        var memory = ResidentMegabytes();
        var watch = Stopwatch.StartNew();
        var queue = Open(folder, TimeSpan.FromSeconds(1));
        var opened = watch.Elapsed;
        using var available = new SemaphoreSlim(0);
        queue.Available = () => available.Release();
        _ = queue.RunAsync(default);
        queue.BeginConnection();
        QueuedMessage message;
        while (!queue.TryTake(Lane.Backlog, out message))
        {
            available.Wait();
        }

        var first = watch.Elapsed;
        var found = queue.Snapshot().Depth;
        var many = Math.Min(depth, 1_000_000);
        for (var done = 1L; ; done++)
        {
            queue.Acknowledge([message.Sequence]);
            if (done == many)
            {
                break;
            }

            while (!queue.TryTake(Lane.Backlog, out message))
            {
                available.Wait();
            }
        }

        var what = $"{depth.ToString("N0", CultureInfo.InvariantCulture)} messages ({size.ToString("N1", CultureInfo.InvariantCulture)} MB)";
        Say($"{what}: open", opened.TotalMilliseconds, "ms");
        Say($"{what}: from the opening to the first message", first.TotalMilliseconds, "ms", "<= 500, from process start to PUBACK");
        Say($"{what}: depth known at the start", found, "messages");
        Say($"{what}: RssAnon added by opening and draining {many} of them", ResidentMegabytes() - memory, "MB", "<= 35 for the whole agent");
        queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Memory of the process that is no file's.</summary>
    private static double ResidentMegabytes() => File.ReadLines("/proc/self/status")
        .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(static line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024)
        .Single();
}
