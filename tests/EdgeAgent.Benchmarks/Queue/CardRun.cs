using EdgeAgent.Queue;
using EdgeAgent.Readings;
using static EdgeAgent.Benchmarks.QueueBenchmark;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// Bytes written per queued reading at 100 readings a second, from acceptance to removal: those that the queue hands to the kernel, and, where
/// this machine lets a file system be mounted, those that ext4 with its journal writes to the device for them.
/// </summary>
internal static class CardRun
{
    private const int Readings = 60_000;

    public static async Task RunAsync(string folder)
    {
        using var disk = LoopDisk.TryMount(folder, out var obstacle);
        if (disk is null)
        {
            Console.WriteLine($"bytes on the device are not measured: {obstacle}");
        }

        foreach (var (seconds, target) in new[] { (1, "<= 150"), (10, "<= 70") })
        {
            await RunAsync(Path.Combine(disk?.Root ?? folder, $"card{seconds}"), disk, seconds, target);
        }
    }

    private static async Task RunAsync(string folder, LoopDisk? disk, int seconds, string target)
    {
        var time = new SteppedTime();
        await using var queue = Open(folder, TimeSpan.FromSeconds(seconds), time, new SteppedBootClock(time));
        using var available = new SemaphoreSlim(0);
        queue.Available = () => available.Release();
        _ = queue.RunAsync(default);
        var device = disk?.BytesWritten() ?? 0;
        for (var i = 0; i < Readings; i++)
        {
            await queue.AppendAsync(Reading, time.Milliseconds, MessageBody.Of(20 + (i % 977 * 0.013)), default);
            time.Step(10);
            if (i % 10 == 0)
            {
                await queue.SettleAsync();
            }
        }

        await queue.FlushAsync();
        var what = $"card, loss window {seconds} s, bytes handed to the kernel";
        Say($"{what} until it is on disk", (double)queue.Snapshot().BytesWritten / Readings, "bytes/reading");
        await DrainAsync(queue, time, available);
        await queue.FlushAsync();
        Say($"{what} from acceptance to removal", (double)queue.Snapshot().BytesWritten / Readings, "bytes/reading", target);
        if (disk is not null)
        {
            Say($"card, loss window {seconds} s, bytes on the device (ext4, its journal included)", (double)(disk.BytesWritten() - device) / Readings, "bytes/reading", "none: DESIGN asks for it beside the other");
        }
    }

    private static async Task DrainAsync(MessageQueue queue, SteppedTime time, SemaphoreSlim available)
    {
        queue.BeginConnection();
        for (var done = 0; done < Readings;)
        {
            if (queue.TryTake(Lane.Live, out var message) || queue.TryTake(Lane.Backlog, out message))
            {
                queue.Acknowledge([message.Sequence]);
                if (++done % 1000 == 0)
                {
                    time.Step(10);
                    await queue.SettleAsync();
                }
            }
            else
            {
                await available.WaitAsync();
            }
        }
    }
}
