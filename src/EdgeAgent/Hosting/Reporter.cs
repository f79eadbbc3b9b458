using System.Globalization;
using EdgeAgent.Delivery;
using EdgeAgent.Queue;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Hosting;

/// <summary>
/// Puts the stages' snapshots together, and keeps systemd's status line and watchdog current. It asks the stages before it says
/// that the agent is alive, so one that holds its lock for ever ends in a restart. Thread-safe.
/// </summary>
internal sealed class Reporter(
    string gateway, string version, Sampler sampler, MessageQueue queue, Uplink? uplink, SystemdNotifier systemd, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Three signs of life in the time that systemd waits for one: it may be busy for a while.</summary>
    private readonly TimeSpan _every = systemd.WatchdogLimit is { } limit && limit / 3 < Every ? limit / 3 : Every;

    private readonly long _started = time.GetTimestamp();

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                systemd.Status(Line());
                _ = sampler.Statuses;
                systemd.Watchdog();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public string Line()
    {
        var depth = queue.Snapshot().Depth;
        return uplink?.Status is { } link
            ? string.Create(CultureInfo.InvariantCulture, $"{link.State.ToString().ToLowerInvariant()} since {link.Since:HH:mm:ss}Z, {depth} queued")
            : string.Create(CultureInfo.InvariantCulture, $"no broker set, {depth} queued");
    }

    /// <summary>Everything there is to know.</summary>
    public AgentStatus Status()
    {
        var link = uplink?.Status;
        var stored = queue.Snapshot();
        return new AgentStatus(
            gateway,
            version,
            Math.Round(time.GetElapsedTime(_started).TotalSeconds, 3),
            new BrokerStatus(
                (link?.State ?? UplinkState.None).ToString().ToLowerInvariant(),
                link?.Since,
                link?.Broker,
                link?.Protocol,
                uplink?.SinceAcknowledgement,
                link?.LastError,
                link?.Connections ?? 0),
            new QueueStatus(
                stored.Depth, stored.DeepestDepth, stored.InFlight, stored.Accepted, stored.Acknowledged, stored.BytesOnDisk, stored.BytesWritten),
            [.. sampler.Statuses.Select(SensorReport.Of)]);
    }
}
