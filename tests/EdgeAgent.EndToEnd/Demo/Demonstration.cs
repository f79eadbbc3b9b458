using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>The play: the agent on this machine's own sensors, a real broker that goes away and comes back, and a witness.</summary>
internal sealed class Demonstration : IAsyncDisposable
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Online = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(5);

    /// <summary>When the play gives up whatever it waits for, so that it ends within its 45 seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly Mosquitto _broker;
    private readonly Subscriber _subscriber;
    private readonly TemporaryFolder _folder;
    private readonly AgentProcess _agent;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly List<long> _depths = [];
    private AgentStatus? _status;
    private long _taken;
    private bool _brokerRuns = true;

    private Demonstration(TemporaryFolder folder, Mosquitto broker, Subscriber subscriber, AgentProcess agent) =>
        (_folder, _broker, _subscriber, _agent) = (folder, broker, subscriber, agent);

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    public static async Task<Demonstration> PrepareAsync(TemporaryFolder folder)
    {
        var broker = await Mosquitto.StartAsync(folder);
        var subscriber = await Subscriber.StartAsync(broker);
        var agent = await AgentProcess.StartAsync(folder, MachineSensors.Configuration(folder, broker));
        return new Demonstration(folder, broker, subscriber, agent);
    }

    /// <summary>Plays it once, from the agent's start to its end, and the arrival of the last message.</summary>
    public async IAsyncEnumerable<Frame> PlayAsync()
    {
        await foreach (var frame in UntilAsync("online: readings go straight to the broker, the disk is spared", Online))
        {
            yield return frame;
        }

        await _broker.StopAsync();
        _brokerRuns = false;
        await foreach (var frame in UntilAsync("the broker is stopped: readings are kept in the queue", Away))
        {
            yield return frame;
        }

        await _broker.StartAsync();
        _brokerRuns = true;
        await foreach (var frame in UntilAsync("the broker is back: fresh readings first, the backlog beside them", Afterwards, () => Drained))
        {
            yield return frame;
        }

        _taken = await Ending.FinishAsync(_agent, _folder, _broker);
        await foreach (var frame in UntilAsync("the agent is stopped: the witness counts", TimeSpan.Zero, () => DeliveredCount >= _taken || IsQuiet))
        {
            yield return frame;
        }
    }

    /// <summary>Counts, once the play is over.</summary>
    public Summary Summarize()
    {
        var deliveries = _subscriber.Deliveries.ToArray();
        var delivered = deliveries.DistinctBy(delivery => delivery.Id).ToArray();
        var drained = Burst([.. delivered.Where(delivery => delivery.Historical)]);
        return new Summary(
            _taken,
            delivered.Length,
            _taken - delivered.Length,
            deliveries.Length - delivered.Length,
            _status?.Queue.Deepest ?? 0,
            drained.Length,
            drained is [] ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(drained[0].Arrived, drained[^1].Arrived));
    }

    /// <summary>
    /// The backlog as it came in one go. One message that missed it (its acknowledgement was lost with the link, say) comes later,
    /// and says nothing of the rate.
    /// </summary>
    private static Delivery[] Burst(Delivery[] backlog)
    {
        var end = 1;
        while (end < backlog.Length && TimeProvider.System.GetElapsedTime(backlog[end - 1].Arrived, backlog[end].Arrived) < TimeSpan.FromMilliseconds(500))
        {
            end++;
        }

        return backlog[..Math.Min(end, backlog.Length)];
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _subscriber.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private bool Drained => _status is { Broker.State: "connected", Queue.Depth: < 20 };

    /// <summary>True when the witness has got nothing for so long that nothing more will come.</summary>
    private bool IsQuiet => _subscriber.Deliveries.ToArray() is not [.., var last] || TimeProvider.System.GetElapsedTime(last.Arrived) > TimeSpan.FromSeconds(3);

    /// <summary>Shows frames until both the time is over and the condition holds.</summary>
    private async IAsyncEnumerable<Frame> UntilAsync(string act, TimeSpan time, Func<bool>? condition = null)
    {
        var end = Elapsed + time;
        using var timer = new PeriodicTimer(FrameTime);
        do
        {
            if (Elapsed > Limit)
            {
                throw new TimeoutException($"out of time at the act \"{act}\"; status: {_status}; log:\n{string.Join('\n', _agent.Log.TakeLast(20))}");
            }

            _status = await _agent.StatusAsync() ?? _status;
            _depths.Add(_status?.Queue.Depth ?? 0);
            yield return new Frame(act, Elapsed, _brokerRuns, _status, DeliveredCount, _depths);
        }
        while ((Elapsed < end || condition?.Invoke() is false) && await timer.WaitForNextTickAsync());
    }

    private int DeliveredCount => _subscriber.Deliveries.ToArray().DistinctBy(delivery => delivery.Id).Count();
}
