using EdgeAgent.EndToEnd.Harness;
using EdgeAgent.EndToEnd.Links;
using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>Real bad links between the agent and a real mosquitto, made by the kernel. Skipped where it gives no network namespaces.</summary>
public sealed class LinkTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task Over_a_slow_link_a_fresh_reading_does_not_wait_behind_the_backlog_and_the_link_is_used()
    {
        var (figures, stoodStill) = await MeasureSlowLinkAsync();

        Assert.True(figures.LiveReadings >= 20 && figures.Live95 <= (2 * figures.IdleRoundTrip) + stoodStill, figures.ToString());
        Assert.True(figures.Used / (1 - (stoodStill.TotalSeconds / figures.Seconds)) >= 0.9, figures.ToString());
    }

    [SkippableFact]
    public async Task Latency_jitter_and_loss_cost_nothing_and_change_no_order()
    {
        const int Backlog = 1_500;
        await using var link = await Link.StartAsync(TimeSpan.FromMilliseconds(20), jitter: TimeSpan.FromMilliseconds(10), loss: 5, seed: 20261122);
        await using var broker = await Mosquitto.StartAsync(_folder, link.Far);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "200ms");
        var burst = new BurstSensor(_folder, "burst", Backlog);
        await using var agent = await AgentProcess.StartAsync(
            _folder, Configuration.Of(_folder, broker.Url, [counter.Yaml, burst.Yaml]), link.Near);
        await subscriber.WhenValuesAsync("test/counter", 1, 2);

        await link.ResetAsync();
        await agent.WhenAsync(status => status.Broker.State != "connected", "the link to be missed");
        burst.Release();
        await agent.WhenAsync(status => status.Queue.Depth >= Backlog, "the backlog");
        await link.HealAsync();
        await subscriber.WhenValuesAsync(burst.Topic, 1, Backlog);
        var accepted = await Ending.FinishAsync(agent, _folder, broker, link.Near);

        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
        Accounting.InOrderPerTopicAndLane(subscriber);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_falls_silent_in_one_direction_is_found_within_one_and_a_half_keep_alives(bool brokerFallsSilent)
    {
        var keepAlive = TimeSpan.FromSeconds(6);
        await using var link = await Link.StartAsync();
        await using var broker = await Mosquitto.StartAsync(_folder, link.Far);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "100ms");
        await using var agent = await AgentProcess.StartAsync(_folder, Configuration.Of(_folder, broker.Url, [counter.Yaml], keepAlive: "6s"), link.Near);
        await subscriber.WhenValuesAsync("test/counter", 1, 5);

        await (brokerFallsSilent ? link.SilenceBrokerAsync() : link.SilenceAgentAsync());
        await using var standstill = new Standstill();
        var silent = TimeProvider.System.GetTimestamp();
        await agent.WhenAsync(status => status.Broker.State != "connected", "the silence to be noticed");
        var found = TimeProvider.System.GetElapsedTime(silent) - (await standstill.EndAsync() ?? TimeSpan.Zero);
        var missed = counter.Reads;
        await link.HealAsync();
        await subscriber.WhenValuesAsync("test/counter", missed, missed + 5);
        var accepted = await Ending.FinishAsync(agent, _folder, broker, link.Near);

        Assert.True(found <= keepAlive * 1.5, $"found after {found}");
        await Accounting.EverythingArrivedAsync(subscriber, counter);
        await Accounting.AllAcceptedArrivedAsync(subscriber, accepted);
    }

    [SkippableFact]
    public async Task A_flapping_link_loses_nothing_and_makes_no_dead_letter()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await new FlappingLink(_folder, seed).EndureAsync(backlog: 1_000, faults: 5, TimeSpan.FromMilliseconds(700));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Measured again, twice at most, when the machine stood still meanwhile; and for how long it did the last time.</summary>
    private async Task<(SlowLinkFigures Figures, TimeSpan StoodStill)> MeasureSlowLinkAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var folder = new TemporaryFolder();
            await using var standstill = new Standstill();
            var figures = await new SlowLink(folder).MeasureAsync(backlog: 1_500, patience: TimeSpan.FromSeconds(60));
            var stoodStill = await standstill.EndAsync();
            output.WriteLine($"{figures}; the machine stood still for {stoodStill?.TotalMilliseconds ?? 0:F0} ms");
            if (stoodStill is null || attempt == 3)
            {
                return (figures, stoodStill ?? TimeSpan.Zero);
            }
        }
    }
}
