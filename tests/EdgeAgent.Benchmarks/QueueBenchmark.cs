using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <summary>What the queue does alone: append, drain, open, and what it writes.</summary>
internal static class QueueBenchmark
{
    private static readonly Envelope Reading = new() { Sensor = "boiler", Topic = "gw/1/temp", Fields = [new("value", "°C")] };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = arguments.Length > 1 ? arguments[1] : Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;
        switch (arguments.Length > 0 ? arguments[0] : "all")
        {
            case "drain":
                await DrainAsync(folder, 1_000_000);
                break;
            case "card":
                await CardAsync(folder);
                break;
            case "append":
                await AppendAsync(folder);
                break;
            case "open":
                await OpenAsync(folder, 10_000_000);
                break;
            default:
                await AppendAsync(folder);
                await DrainAsync(folder, 1_000_000);
                await CardAsync(folder);
                await OpenAsync(folder, 10_000_000);
                break;
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static MessageQueue Open(string folder, TimeSpan window, TimeProvider? time = null, BootClock? clock = null)
    {
        var config = new QueueConfig
        {
            Path = Path.Combine(folder, "queue.db"),
            LossWindow = window,
            MaxSize = 64L << 30,
            MaxAge = TimeSpan.FromDays(30),
            WhenFull = WhenFull.Thin,
            KeepFree = 0,
        };
        var opening = MessageQueue.Open(config, clock ?? new LinuxBootClock(TimeProvider.System, trustRtc: true), time ?? TimeProvider.System, NullLogger.Instance);
        return opening.Queue ?? throw new InvalidOperationException(opening.Failure!.Message);
    }

    /// <summary>Appends a second from one producer for loss window 1 s and 0, and from 16 producers for 0.</summary>
    private static async Task AppendAsync(string folder)
    {
        foreach (var (window, producers, count) in new[] { (1.0, 1, 1_000_000), (0.0, 1, 2_000), (0.0, 16, 20_000) })
        {
            await using var queue = Open(folder, TimeSpan.FromSeconds(window));
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
            Say($"append, loss window {window} s, {producers} producer(s)", count / watch.Elapsed.TotalSeconds, "messages/s");
        }
    }

    /// <summary>Takes and acknowledges a backlog of 200-byte messages from disk, a window of 1000 at a time.</summary>
    private static async Task DrainAsync(string folder, int count)
    {
        folder = Path.Combine(folder, "drain");
        var payload = new byte[200];
        await using (var queue = Open(folder, TimeSpan.FromSeconds(1)))
        {
            _ = queue.RunAsync(default);
            for (var i = 0; i < count; i++)
            {
                await queue.AppendAsync(Reading, i, MessageBody.OfBytes(payload), default);
            }
        }

        await using var again = Open(folder, TimeSpan.FromSeconds(1));
        using var available = new SemaphoreSlim(0);
        again.Available = () => available.Release();
        _ = again.RunAsync(default);
        again.BeginConnection();
        var allocated = GC.GetTotalAllocatedBytes();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var window = new long[1000];
        var held = 0;
        for (var done = 0; done < count;)
        {
            if (again.TryTake(Lane.Backlog, out var message))
            {
                window[held++] = message.Sequence;
            }
            else if (held == 0)
            {
                await available.WaitAsync();
            }

            if (held == window.Length || (held > 0 && message.Sequence == 0))
            {
                again.Acknowledge(window.AsSpan(0, held));
                done += held;
                held = 0;
            }
        }

        watch.Stop();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        Say("drain from disk, 200 bytes, take + acknowledge", count / watch.Elapsed.TotalSeconds, "messages/s");
        Say("  CPU of both threads", cpu.TotalMicroseconds / count, "us/message");
        Say("  allocated", (double)(GC.GetTotalAllocatedBytes() - allocated) / count, "bytes/message");
    }

    /// <summary>Bytes written per queued reading at 100 readings a second, from acceptance to removal, and bytes at rest.</summary>
    private static async Task CardAsync(string folder)
    {
        foreach (var seconds in new[] { 1, 10 })
        {
            var here = Path.Combine(folder, $"card{seconds}");
            var time = new SteppedTime();
            var queue = Open(here, TimeSpan.FromSeconds(seconds), time, new SteppedBootClock(time));
            using var available = new SemaphoreSlim(0);
            queue.Available = () => available.Release();
            var running = queue.RunAsync(default);
            const int Count = 60_000;
            for (var i = 0; i < Count; i++)
            {
                await queue.AppendAsync(Reading, time.Milliseconds, MessageBody.Of(20 + (i % 977 * 0.013)), default);
                time.Step(10);
                if (i % 10 == 0)
                {
                    await queue.SettleAsync();
                }
            }

            await queue.FlushAsync();
            var kept = queue.Snapshot();
            Say($"card, loss window {seconds} s: written until it is on disk", (double)kept.BytesWritten / Count, "bytes/reading");
            queue.BeginConnection();
            for (var done = 0; done < Count;)
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

            await queue.FlushAsync();
            Say($"card, loss window {seconds} s: written from acceptance to removal", (double)queue.Snapshot().BytesWritten / Count, "bytes/reading");
            await queue.DisposeAsync();
            await running;
        }

        {
            var here = Path.Combine(folder, "rest");
            await using (var queue = Open(here, TimeSpan.FromSeconds(10)))
            {
                _ = queue.RunAsync(default);
                for (var i = 0; i < 200_000; i++)
                {
                    await queue.AppendAsync(Reading, 3_000_000_000 + (i * 10), MessageBody.Of(20 + (i % 977 * 0.013)), default);
                }
            }

            Say("at rest", new FileInfo(Path.Combine(here, "queue.db")).Length / 200_000.0, "bytes/reading");
        }
    }

    /// <summary>Opening, the first message and the memory with many rows.</summary>
    private static async Task OpenAsync(string folder, int count)
    {
        folder = Path.Combine(folder, "open");
        await using (var queue = Open(folder, TimeSpan.FromSeconds(1)))
        {
            _ = queue.RunAsync(default);
            for (var i = 0; i < count; i++)
            {
                await queue.AppendAsync(Reading, i, MessageBody.Of(i * 0.1), default);
            }
        }

        Say("file", new FileInfo(Path.Combine(folder, "queue.db")).Length / 1e6, "MB");
        GC.Collect();
        var watch = Stopwatch.StartNew();
        await using var again = Open(folder, TimeSpan.FromSeconds(1));
        Say($"open with {count} messages", watch.Elapsed.TotalMilliseconds, "ms");
        using var available = new SemaphoreSlim(0);
        again.Available = () => available.Release();
        _ = again.RunAsync(default);
        again.BeginConnection();
        while (!again.TryTake(Lane.Backlog, out _))
        {
            await available.WaitAsync();
        }

        Say("  to the first message", watch.Elapsed.TotalMilliseconds, "ms");
        Say("  depth known", again.Snapshot().Depth, "messages");
        again.EndConnection();
    }

    private static void Say(string what, double figure, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-70} {figure,14:N1} {unit}"));

    /// <summary>Time that the benchmark steps, so that an hour of readings takes seconds.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private readonly List<SteppedTimer> _timers = [];
        private readonly Lock _gate = new();

        public long Milliseconds { get; private set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new SteppedTimer(this, callback, state);
            lock (_gate)
            {
                _timers.Add(timer);
            }

            timer.Change(dueTime, period);
            return timer;
        }

        public void Step(long milliseconds)
        {
            Milliseconds += milliseconds;
            SteppedTimer[] timers;
            lock (_gate)
            {
                timers = [.. _timers];
            }

            foreach (var timer in timers)
            {
                timer.Fire(Milliseconds);
            }
        }

        private sealed class SteppedTimer(SteppedTime time, TimerCallback callback, object? state) : ITimer
        {
            private long _due = long.MaxValue;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Volatile.Write(ref _due, dueTime < TimeSpan.Zero ? long.MaxValue : time.Milliseconds + (long)dueTime.TotalMilliseconds);
                return true;
            }

            public void Fire(long now)
            {
                if (Volatile.Read(ref _due) <= now)
                {
                    Volatile.Write(ref _due, long.MaxValue);
                    callback(state);
                }
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class SteppedBootClock(SteppedTime time) : BootClock
    {
        public override string BootId => "bench";

        public override long Milliseconds => time.Milliseconds;

        public override long WallOffset => 1_780_000_000_000;

        public override bool IsSynchronized => true;
    }
}
