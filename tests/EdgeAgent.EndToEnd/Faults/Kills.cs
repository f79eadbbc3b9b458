using System.Globalization;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>What a number of kills came to.</summary>
/// <param name="Read">How often the sensors were read, by their own count.</param>
/// <param name="Lost">Readings that never arrived although they were accepted, and older than the loss window where there was one.</param>
/// <param name="Duplicates">Deliveries with an id that had arrived before.</param>
internal sealed record KillTotals(int Kills, long Read, long Lost, long Duplicates)
{
    public static KillTotals operator +(KillTotals left, KillTotals right) =>
        new(left.Kills + right.Kills, left.Read + right.Read, left.Lost + right.Lost, left.Duplicates + right.Duplicates);
}

/// <summary>
/// Kills the published agent (SIGKILL) again and again on one queue file, at a random moment of starting, sampling, queueing or delivering, with the broker there
/// or not; then lets it deliver everything, and compares what a subscriber of its own got with what the sensors counted. A sensor is read again
/// only after its last reading was accepted, so every reading but the last was accepted: with loss window 0, durably.
/// </summary>
internal sealed class Kills(TemporaryFolder folder, Mosquitto broker, Subscriber subscriber, int seed)
{
    /// <summary>A discard port of this machine, where nothing listens: the broker is away.</summary>
    private const string Nowhere = "mqtt://127.0.0.1:9";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>For so long a shared machine may hold up a process, or a disk its sync; the store leaves itself a quarter of the window for both.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// What was acknowledged so shortly before a kill may come again: the removal interval, and as much again because the subscriber's clock says when
    /// a message was seen and not when it was acknowledged.
    /// </summary>
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(2) + Standstill;

    private readonly Random _random = new(seed);
    private readonly CountingSensor[] _sensors = [.. Enumerable.Range(1, 4).Select(number => new CountingSensor(folder, $"counter{number}", "50ms"))];
    private readonly HashSet<(string Topic, double Value)> _accepted = [];
    private readonly List<long> _killedAt = [];
    private readonly List<string> _broken = [];
    private long _lost;

    /// <summary>The promises that were broken.</summary>
    public IReadOnlyList<string> Broken => _broken;

    public KillTotals Totals => new(_killedAt.Count, _sensors.Sum(static sensor => (long)sensor.Reads), _lost, Accounting.Duplicates(subscriber));

    /// <summary>Kills so many times, unless it is cancelled before; then everything has to arrive.</summary>
    public async Task RunAsync(int kills, CancellationToken stop)
    {
        for (var kill = 0; kill < kills && !stop.IsCancellationRequested; kill++)
        {
            await LiveAndDieAsync();
        }

        await DeliverAsync();
        ExpectEverything();
        ExpectNoStrangeDuplicates();
    }

    private async Task LiveAndDieAsync()
    {
        var window = _random.Next(10) == 0 ? Window : TimeSpan.Zero;
        var url = _random.Next(2) == 0 ? broker.Url : Nowhere;
        var before = _sensors.Select(static sensor => sensor.Reads).ToArray();
        var configuration = Configuration.Of(folder, url, _sensors.Select(static sensor => sensor.Yaml), $"{window.TotalSeconds}s");
        await using var agent = _random.Next(6) == 0 ? AgentProcess.Launch(folder, configuration) : await AgentProcess.StartAsync(folder, configuration);

        // No waiting for anything: the random moment is the fault. Then the loss window has to pass, which is a time and has no signal.
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(250)), TimeProvider.System);
        var durable = _sensors.Select(static sensor => sensor.Reads).ToArray();
        await Task.Delay(window > TimeSpan.Zero ? window + Standstill : TimeSpan.Zero, TimeProvider.System);
        await KillAsync(agent);
        for (var i = 0; i < _sensors.Length; i++)
        {
            // The last of the readings was perhaps not yet accepted.
            _accepted.UnionWith(Enumerable.Range(before[i] + 1, Math.Max(0, durable[i] - before[i] - 1)).Select(value => ($"test/{_sensors[i].Id}", (double)value)));
        }
    }

    /// <summary>Kills the agent, and waits for the end of the scripts that it was just running: they would be counted with the next one's.</summary>
    private async Task KillAsync(AgentProcess agent)
    {
        agent.Send(ProcessSignal.Stop);
        var children = Directory.GetDirectories($"/proc/{agent.Id}/task")
            .SelectMany(static task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        _killedAt.Add(TimeProvider.System.GetTimestamp());
        await agent.KillAsync();

        // The scripts are the dead agent's children and not ours: nobody tells us of their end.
        while (children.Any(static child => Directory.Exists($"/proc/{child}")))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private async Task DeliverAsync()
    {
        await using var agent = await AgentProcess.StartAsync(
            folder, Configuration.Of(folder, broker.Url, ["{id: idle, type: file, path: /proc/sys/kernel/pid_max, interval: 1d}"]));
        await agent.WhenAsync(static status => status.Queue.Depth == 0, "the rest to be delivered");
        var exitCode = await agent.TerminateAsync();
        Expect(exitCode == 0, $"the last agent ended with {exitCode}");
        try
        {
            await subscriber.Deliveries.WhenAsync(all => Missing(all).Count == 0, "what was accepted", TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            // Said by ExpectEverything.
        }
    }

    private HashSet<(string Topic, double Value)> Missing(IEnumerable<Harness.Delivery> deliveries)
    {
        var missing = new HashSet<(string, double)>(_accepted);
        missing.ExceptWith(deliveries.Where(static delivery => delivery.Value is not null).Select(static delivery => (delivery.Topic, delivery.Value!.Value)));
        return missing;
    }

    private void ExpectEverything()
    {
        var missing = Missing(subscriber.Deliveries.ToArray());
        _lost = missing.Count;
        Expect(missing.Count == 0, $"accepted and never delivered: {string.Join(' ', missing.Take(20))}");
    }

    private void ExpectNoStrangeDuplicates()
    {
        foreach (var copies in subscriber.Deliveries.ToArray().GroupBy(static delivery => delivery.Id).Where(static copies => copies.Count() > 1))
        {
            var (first, last) = (copies.First(), copies.Last());
            Expect(copies.All(copy => copy.Value == first.Value && copy.Topic == first.Topic), $"the id {copies.Key} stands for {first.Payload} and {last.Payload}");
            foreach (var (one, other) in copies.Zip(copies.Skip(1)))
            {
                var isExcused = _killedAt.Any(killed => killed < other.Arrived && TimeProvider.System.GetElapsedTime(one.Arrived, killed) < Removal);
                Expect(isExcused, $"{copies.Key} came again after {TimeProvider.System.GetElapsedTime(one.Arrived, other.Arrived).TotalSeconds:0.0} s, and was not just acknowledged when the agent was killed");
            }
        }
    }

    private void Expect(bool holds, FormattableString what)
    {
        if (!holds)
        {
            _broken.Add(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {FormattableString.Invariant(what)}"));
        }
    }
}
