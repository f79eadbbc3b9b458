using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeAgent.Delivery;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Benchmarks;

/// <param name="Connections">When the broker took each connection of the fleet, in seconds since it was back.</param>
/// <param name="Messages">When a subscriber saw each reading.</param>
/// <param name="Seconds">Until every reading was acknowledged.</param>
internal sealed record FleetResult(double[] Connections, double[] Messages, double Seconds);

/// <summary>One fall and return of a real mosquitto under many of the agent's uplinks in one process, each with a queue of its own.</summary>
/// <param name="members">How many.</param>
/// <param name="readings">What each has queued when the broker is back.</param>
/// <param name="random">What spreads them; null: chance.</param>
internal sealed class FleetRun(Yardstick yardstick, int members, int readings, Func<double>? random) : IMqttConnectionHandler
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<long> _connections = new();
    private readonly ConcurrentQueue<long> _messages = new();

    public async Task<FleetResult> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;
        var port = Yardstick.FreePort();
        using var stop = new CancellationTokenSource();
        var queues = Enumerable.Range(0, members).Select(member => Backlog.Open(Directory.CreateDirectory(Path.Combine(folder, $"{member}")).FullName)).ToArray();
        var uplinks = queues.Select((queue, member) => DeliveryRun.Uplink(port, queue, 100, $"fleet{member}", random)).ToArray();
        foreach (var queue in queues)
        {
            _ = queue.RunAsync(default);
        }

        var broker = await yardstick.MosquittoAsync(port, NoteConnection);
        var delivering = uplinks.Select(uplink => uplink.RunAsync(stop.Token)).ToArray();
        await UntilAsync(() => uplinks.All(uplink => uplink.Status.State == UplinkState.Connected));
        broker.Kill();
        await broker.WaitForExitAsync(CancellationToken.None);
        await QueueReadingsAsync(queues);
        await Task.Delay(Outage, TimeProvider.System, CancellationToken.None);

        _connections.Clear();
        broker = await yardstick.MosquittoAsync(port, NoteConnection);
        var back = Stopwatch.GetTimestamp();
        var outcome = await new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = "witness" }).ConnectAsync(this);
        await using var witness = outcome.Connection ?? throw new InvalidOperationException(outcome.Failure!.Message);
        await witness.SubscribeAsync([new("fleet/+/reading") { MaximumQos = MqttQos.AtMostOnce }]);
        await UntilAsync(() => queues.All(queue => queue.Snapshot().Depth == 0));
        var seconds = Stopwatch.GetElapsedTime(back).TotalSeconds;

        await stop.CancelAsync();
        await Task.WhenAll(delivering);
        foreach (var queue in queues)
        {
            await queue.DisposeAsync();
        }

        broker.Kill();
        Directory.Delete(folder, recursive: true);
        return new(Since(back, _connections), Since(back, _messages), seconds);
    }

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
    }

    public void OnMessage(in ReceivedPublish message) => _messages.Enqueue(Stopwatch.GetTimestamp());

    public void OnRoom()
    {
    }

    public void OnClosed(MqttClosed reason)
    {
    }

    private static double[] Since(long start, IEnumerable<long> moments) => [.. moments.Select(moment => Stopwatch.GetElapsedTime(start, moment).TotalSeconds)];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(Step, TimeProvider.System);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task QueueReadingsAsync(MessageQueue[] queues)
    {
        for (var member = 0; member < queues.Length; member++)
        {
            var envelope = new Envelope { Sensor = "reading", Topic = $"fleet/{member}/reading", Fields = [new("value", null)] };
            for (var i = 0; i < readings; i++)
            {
                await queues[member].AppendAsync(envelope, i, MessageBody.Of((long)i), default);
            }
        }
    }

    private void NoteConnection(string line)
    {
        if (line.Contains("New client connected", StringComparison.Ordinal) && line.Contains(" as fleet", StringComparison.Ordinal))
        {
            _connections.Enqueue(Stopwatch.GetTimestamp());
        }
    }
}
