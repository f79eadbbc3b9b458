using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics;
using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// Puts readings into a queue and sees them come out of the broker on a connection of its own. The broker forwards a message in the
/// same round in which it acknowledges it, so this is the time to the acknowledgement and a little more.
/// </summary>
internal sealed class LiveWitness : IMqttConnectionHandler, IAsyncDisposable
{
    private static readonly Envelope Live = new() { Sensor = "live", Topic = "live", Format = PayloadFormat.Raw, Fields = [new("value", null)] };

    private readonly MessageQueue _queue;
    private readonly LinuxBootClock _clock = new(TimeProvider.System, trustRtc: true);
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _latencies = [];
    private MqttConnection? _connection;

    private LiveWitness(MessageQueue queue) => _queue = queue;

    /// <summary>What was seen so far, ascending.</summary>
    public ImmutableArray<TimeSpan> Latencies
    {
        get
        {
            lock (_gate)
            {
                return [.. _latencies.Order()];
            }
        }
    }

    public static async Task<LiveWitness> StartAsync(int port, MessageQueue queue)
    {
        var witness = new LiveWitness(queue);
        var outcome = await new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = "witness" }).ConnectAsync(witness);
        witness._connection = outcome.Connection ?? throw new InvalidOperationException(outcome.Failure!.Message);
        await witness._connection.SubscribeAsync([new(Live.Topic) { MaximumQos = MqttQos.AtMostOnce }]);
        return witness;
    }

    /// <summary>Puts a reading into the queue whose value is the present moment.</summary>
    public async Task ReadAsync() => await _queue.AppendAsync(Live, _clock.Milliseconds, MessageBody.Of(Stopwatch.GetTimestamp()), default);

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
    }

    public void OnMessage(in ReceivedPublish message)
    {
        if (Utf8Parser.TryParse(message.Payload, out long taken, out _))
        {
            lock (_gate)
            {
                _latencies.Add(Stopwatch.GetElapsedTime(taken));
            }
        }
    }

    public void OnRoom()
    {
    }

    public void OnClosed(MqttClosed reason)
    {
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
