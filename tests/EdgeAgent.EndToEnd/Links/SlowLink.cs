using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Links;

/// <summary>What a live reading and the link saw while a backlog drained.</summary>
/// <param name="IdleRoundTrip">Median time from a reading to its acknowledgement with nothing else to deliver.</param>
/// <param name="LiveMedian">The same while the backlog drained.</param>
/// <param name="Live95">Its 95th percentile.</param>
/// <param name="LiveReadings">How many readings that is of.</param>
/// <param name="Used">The share of the link's rate that was used, headers of IP and TCP included.</param>
/// <param name="Seconds">How long the backlog took.</param>
internal sealed record SlowLinkFigures(TimeSpan IdleRoundTrip, TimeSpan LiveMedian, TimeSpan Live95, int LiveReadings, double Used, double Seconds)
{
    public override string ToString() => FormattableString.Invariant(
        $"idle round trip {IdleRoundTrip.TotalMilliseconds:F0} ms; live while draining {LiveMedian.TotalMilliseconds:F0} ms (median), {Live95.TotalMilliseconds:F0} ms (p95 of {LiveReadings}); link used {Used:P1} over {Seconds:F1} s");
}

/// <summary>
/// Drains a backlog over 256 kbit/s with a round trip of 300 ms, beside a sensor read five times a second, and measures. The time to
/// the acknowledgement is that from the reading's own time stamp to the sight of a subscriber beside the broker, and the link's delay
/// for the way back, which carries acknowledgements only.
/// </summary>
internal sealed class SlowLink(TemporaryFolder folder)
{
    private const string LiveTopic = "test/live";
    private const int BitsPerSecond = 256_000;
    private const int IdleReadings = 15;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);

    public async Task<SlowLinkFigures> MeasureAsync(int backlog, TimeSpan patience)
    {
        await using var link = await Link.StartAsync(Delay, rate: "256kbit");
        await using var broker = await Mosquitto.StartAsync(folder, link.Far);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var value = folder.Write("value", "21.5\n");
        var burst = new BurstSensor(folder, "burst", backlog);
        await using var agent = await AgentProcess.StartAsync(
            folder,
            Configuration.Of(folder, broker.Url, [$"{{id: live, type: file, path: {value}, interval: 200ms}}", burst.Yaml], keepAlive: "30s"),
            link.Near);

        await subscriber.Deliveries.WhenAsync(all => all.Count(delivery => delivery is { Topic: LiveTopic, Historical: false }) > IdleReadings, "readings without a backlog");
        var idle = Ascending(subscriber.On(LiveTopic).Where(delivery => !delivery.Historical).Skip(1));

        await link.ResetAsync();
        await agent.WhenAsync(status => status.Broker.State != "connected", "the link to be missed");
        burst.Release();
        await agent.WhenAsync(status => status.Queue.Depth >= backlog, "the backlog", patience);
        var before = await link.SentBytesAsync();
        await link.HealAsync();
        await agent.WhenAsync(status => status.Broker.State == "connected", "the link to be back");
        var (started, startedAt) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetUtcNow());

        // The newest of the topic came first, as its current value; the others in their order.
        await subscriber.Deliveries.WhenAsync(all => Last(all, burst.Topic)?.Value == backlog - 1, "the backlog's last reading", patience);
        var sent = await link.SentBytesAsync() - before;
        var ended = subscriber.On(burst.Topic)[^1].Arrived;
        var busy = TimeProvider.System.GetElapsedTime(started, ended) - Delay;

        Accounting.InOrderPerTopicAndLane(subscriber);
        await subscriber.WhenValuesAsync(burst.Topic, 1, backlog);
        var live = Ascending(subscriber.On(LiveTopic).Where(delivery => !delivery.Historical && delivery.Taken > startedAt && delivery.Arrived <= ended));
        return new(idle[idle.Length / 2], live[live.Length / 2], live[live.Length * 95 / 100], live.Length, sent * 8 / busy.TotalSeconds / BitsPerSecond, busy.TotalSeconds);
    }

    private static Delivery? Last(IReadOnlyList<Delivery> all, string topic)
    {
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (all[i].Topic == topic)
            {
                return all[i];
            }
        }

        return null;
    }

    private static TimeSpan[] Ascending(IEnumerable<Delivery> deliveries)
    {
        var now = TimeProvider.System.GetUtcNow();
        var timestamp = TimeProvider.System.GetTimestamp();
        return [.. deliveries.Select(delivery => now - TimeProvider.System.GetElapsedTime(delivery.Arrived, timestamp) - delivery.Taken + Delay).Order()];
    }
}
