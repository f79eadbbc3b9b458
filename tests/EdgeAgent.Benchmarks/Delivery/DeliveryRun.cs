using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <param name="AnonymousBytes">Of the whole process: RssAnon.</param>
/// <param name="ManagedBytes">Of its heap, garbage included.</param>
/// <param name="AllocatedBytes">Since the process began.</param>
/// <param name="Delivered">Messages, when it was looked at.</param>
internal readonly record struct DeliveryMemory(long AnonymousBytes, long ManagedBytes, long AllocatedBytes, long Delivered);

/// <param name="Rate">Acknowledged messages a second.</param>
/// <param name="Latencies">Of the live readings beside it, ascending.</param>
/// <param name="Memory">At <see cref="DeliveryRun.MemoryAt"/>.</param>
/// <param name="Allocated">Bytes allocated between the first and the last of these, for each message delivered meanwhile; the live readings beside it included.</param>
internal sealed record DeliveryResult(double Rate, ImmutableArray<TimeSpan> Latencies, ImmutableArray<DeliveryMemory> Memory, double Allocated)
{
    public TimeSpan Live(double share) => Latencies[(int)(Latencies.Length * share)];
}

/// <summary>Drains a copy of a backlog with the agent's own queue and uplink, in this process.</summary>
internal sealed class DeliveryRun(Backlog backlog, int window)
{
    /// <summary>The shares of the backlog at which memory is looked at.</summary>
    public static readonly ImmutableArray<double> MemoryAt = [0.1, 0.5, 0.9];

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <summary>One drain into a broker, with a live reading every ten milliseconds beside it.</summary>
    public async Task<DeliveryResult> IntoBrokerAsync(int port)
    {
        var folder = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;
        using var stop = new CancellationTokenSource();
        await using var queue = backlog.OpenCopy(folder);
        await using var witness = await LiveWitness.StartAsync(port, queue);
        _ = queue.RunAsync(default);
        using var timer = new PeriodicTimer(Step, TimeProvider.System);
        var memory = ImmutableArray.CreateBuilder<DeliveryMemory>();
        var started = Stopwatch.GetTimestamp();
        var delivering = Uplink(port, queue, window).RunAsync(stop.Token);
        long done;
        while ((done = queue.Snapshot().Acknowledged) < backlog.Count)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            await witness.ReadAsync();
            if (memory.Count < MemoryAt.Length && done >= MemoryAt[memory.Count] * backlog.Count)
            {
                memory.Add(Memory(done));
            }
        }

        var rate = done / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync();
        await delivering;
        Directory.Delete(folder, recursive: true);
        var allocated = (double)(memory[^1].AllocatedBytes - memory[0].AllocatedBytes) / (memory[^1].Delivered - memory[0].Delivered);
        return new(rate, witness.Latencies, memory.ToImmutable(), allocated);
    }

    /// <summary>One drain into the counting broker; gives messages a second from the first to the last, as it counted them.</summary>
    public async Task<double> IntoSinkAsync(Yardstick yardstick)
    {
        var folder = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;
        var port = Yardstick.FreePort();
        var sink = yardstick.Sink(port, backlog.Count);
        await Yardstick.ReachableAsync(port);
        using var stop = new CancellationTokenSource();
        await using var queue = backlog.OpenCopy(folder);
        _ = queue.RunAsync(default);
        var delivering = Uplink(port, queue, window).RunAsync(stop.Token);
        await sink.WaitForExitAsync(CancellationToken.None);
        await stop.CancelAsync();
        await delivering;
        Directory.Delete(folder, recursive: true);
        return Yardstick.Rate(sink);
    }

    /// <summary>The agent's way from a queue to a broker of this machine.</summary>
    /// <param name="clientId">Its name at the broker.</param>
    /// <param name="random">What spreads a fleet; null: chance.</param>
    public static Uplink Uplink(int port, MessageQueue queue, int window, string clientId = "bench", Func<double>? random = null)
    {
        var clock = new LinuxBootClock(TimeProvider.System, trustRtc: true);
        var broker = new BrokerConfig
        {
            Addresses = [new("127.0.0.1", port, Tls: false)],
            ClientId = clientId,
            KeepAlive = TimeSpan.FromSeconds(30),
            BackoffInitial = TimeSpan.FromSeconds(1),
            BackoffMaximum = TimeSpan.FromMinutes(2),
        };
        var delivery = new DeliveryConfig { Order = DeliveryOrder.LiveFirst, MaxInFlight = window };
        return new Uplink(
            broker, delivery, new Presence($"{clientId}/status", "bench"), queue, new DeliveryFigures(clock), clock, TimeProvider.System, NullLogger.Instance, random: random);
    }

    private static DeliveryMemory Memory(long delivered)
    {
        var anonymous = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        var kilobytes = long.Parse(anonymous["RssAnon:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
        return new(kilobytes * 1024, GC.GetTotalMemory(forceFullCollection: false), GC.GetTotalAllocatedBytes(precise: true), delivered);
    }
}
