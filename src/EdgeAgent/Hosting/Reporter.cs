using System.Globalization;
using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Hosting;

/// <summary>
/// Puts the stages' snapshots together, and keeps systemd's status line and watchdog current: that is fed only while every loop goes
/// round, so that one that hangs ends in a restart. Thread-safe.
/// </summary>
internal sealed class Reporter(
    AgentConfig config,
    ConfigurationState configuration,
    Sampler sampler,
    MessageQueue queue,
    BrokerLink link,
    DeliveryFigures delivery,
    Measurements measurements,
    Watchdog watchdog,
    SystemdNotifier systemd,
    BootClock clock,
    TimeProvider time)
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
                if (watchdog.Look())
                {
                    systemd.Watchdog();
                }

                // Behind the watchdog: this may wait for a lock.
                systemd.Status(Line());
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
        var line = link.Status is { } status
            ? string.Create(CultureInfo.InvariantCulture, $"{status.State.ToString().ToLowerInvariant()} since {status.Since:HH:mm:ss}Z, {depth} queued")
            : string.Create(CultureInfo.InvariantCulture, $"no broker set, {depth} queued");
        return configuration.Report switch
        {
            { ReloadRefused: { } at, ReloadError: var error } =>
                string.Create(CultureInfo.InvariantCulture, $"{line}; the configuration read at {at:HH:mm:ss}Z is not in force: {error}"),
            { WaitsForRestart: { } keys } => $"{line}; changed, and waiting for a restart: {keys}",
            { Changed: not null, Loaded: var at } => string.Create(CultureInfo.InvariantCulture, $"{line}; configuration of {at:HH:mm:ss}Z"),
            _ => line,
        };
    }

    /// <summary>How the agent is now.</summary>
    public AgentStatus Status()
    {
        var now = clock.Milliseconds;
        var rates = measurements.Rates;
        return new AgentStatus(
            AgentStatus.PresentFormat,
            config.Gateway,
            AgentVersion.Text,
            Math.Round(time.GetElapsedTime(_started).TotalSeconds, 3),
            configuration.Report,
            Broker(),
            Queue(queue.Snapshot(), now),
            new RateStatus(rates.AcceptedPerSecond, rates.DeliveredPerSecond, Milliseconds(rates.Median), Milliseconds(rates.Tail)),
            [.. sampler.Statuses.Select(sensor => SensorReport.Of(sensor, now))]);
    }

    /// <summary>How it was.</summary>
    public AgentHistory History() => new(AgentStatus.PresentFormat, measurements.Recent(), measurements.Day());

    private BrokerStatus Broker()
    {
        var status = link.Status;
        return new BrokerStatus(
            (status?.State ?? UplinkState.None).ToString().ToLowerInvariant(),
            status?.Since,
            status?.Broker,
            status?.Protocol,
            delivery.SinceAcknowledgement,
            status?.LastError,
            status?.Connections ?? 0,
            delivery.ConnectedMilliseconds / 1000.0,
            delivery.Published,
            new(delivery.Refused.ToDictionary(static refusal => $"0x{(byte)refusal.Code:X2}", static refusal => refusal.Count), StringComparer.Ordinal))
        {
            DisconnectedS = delivery.DisconnectedMilliseconds / 1000.0,
        };
    }

    private QueueStatus Queue(QueueSnapshot stored, long now) => new(
        stored.Depth,
        stored.DeepestDepth,
        stored.InFlight,
        stored.Accepted,
        stored.Acknowledged,
        stored.OldestWallTime is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) : null,
        stored.OldestWallTime is { } taken ? Math.Max(0, clock.WallTime(now) - taken) / 1000.0 : null,
        stored.BytesOnDisk,
        stored.Limits.MaxSize,
        measurements.FreeSpace,
        measurements.DaysUntilFull(stored),
        stored.BytesWritten,
        measurements.WrittenToday(stored),
        Lost(stored),
        stored.DeadLetters,
        stored.Store.ToString().ToLowerInvariant(),
        stored.StoreMessage);

    private static SortedDictionary<string, long> Lost(QueueSnapshot stored) => new(
        Enum.GetValues<LossReason>().Where(reason => stored.LostFor(reason) > 0).ToDictionary(LedgerEntry.NameOf, stored.LostFor), StringComparer.Ordinal);

    private static double? Milliseconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 3) : null;
}
