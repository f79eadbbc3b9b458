using System.Diagnostics;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using static EdgeAgent.Benchmarks.QueueBenchmark;

namespace EdgeAgent.Benchmarks;

/// <summary>Takes and acknowledges a backlog of 200-byte messages from disk, a window of 1000 at a time.</summary>
internal static class DrainRun
{
    private const int Count = 1_000_000;

    /// <summary>Buffers have their size by then; what is allocated later is allocated for ever.</summary>
    private const int WarmedUp = 100_000;

    public static async Task RunAsync(string folder)
    {
        var payload = new byte[200];
        await using (var queue = Open(folder, TimeSpan.FromSeconds(1)))
        {
            _ = queue.RunAsync(default);
            for (var i = 0; i < Count; i++)
            {
                await queue.AppendAsync(Reading, i, MessageBody.OfBytes(payload), default);
            }
        }

        await using var again = Open(folder, TimeSpan.FromSeconds(1));
        var file = new FileInfo(Path.Combine(folder, "queue.db"));
        var full = file.Length;
        await Task.Factory.StartNew(() => Drain(again), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var watch = Stopwatch.StartNew();
        var written = again.Snapshot().BytesWritten;
        await again.FlushAsync();
        await again.SettleAsync();
        file.Refresh();
        Say($"  file of {full / 1e6:N1} MB after the drain", file.Length / 1e6, "MB");
        Say("  removal of what was left, and giving the space back", watch.Elapsed.TotalMilliseconds, "ms");
        Say("  bytes written for it", (again.Snapshot().BytesWritten - written) / 1e3, "kB");
    }

    /// <summary>On a thread of its own, so that what it allocates can be told from what the store does.</summary>
    private static void Drain(MessageQueue queue)
    {
        using var available = new SemaphoreSlim(0);
        queue.Available = () => available.Release();
        _ = queue.RunAsync(default);
        queue.BeginConnection();
        var (here, everywhere) = (0L, 0L);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var window = new long[1000];
        for (var (done, held) = (0, 0); done < Count;)
        {
            var isTaken = queue.TryTake(Lane.Backlog, out var message);
            if (isTaken)
            {
                window[held++] = message.Sequence;
            }
            else if (held == 0)
            {
                available.Wait();
            }

            if (held == window.Length || (held > 0 && !isTaken))
            {
                queue.Acknowledge(window.AsSpan(0, held));
                if (done < WarmedUp && done + held >= WarmedUp)
                {
                    (here, everywhere) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
                }

                done += held;
                held = 0;
            }
        }

        watch.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        before = everywhere - before;
        here = GC.GetAllocatedBytesForCurrentThread() - here;
        everywhere = GC.GetTotalAllocatedBytes(precise: true) - everywhere;
        Say("drain from disk, 200 bytes, take + acknowledge", Count / watch.Elapsed.TotalSeconds, "messages/s", "500 000");
        Say("  CPU of both threads", cpu.TotalMicroseconds / Count, "us/message");
        Say($"  allocated with the first {WarmedUp} messages, buffers above all", before / 1e6, "MB");
        Say("  allocated while taking and acknowledging", (double)here / (Count - WarmedUp), "bytes/message", "0");
        Say("  allocated by the store", (double)(everywhere - here) / (Count - WarmedUp), "bytes/message", "0");
    }
}
