using System.Diagnostics;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Benchmarks;

/// <summary>What one run of publishes showed.</summary>
/// <param name="Rate">Acknowledged messages a second.</param>
/// <param name="CpuMicroseconds">Of the whole process, for each message.</param>
/// <param name="AllocatedBytes">By the whole process, for each message, once a quarter of them has passed.</param>
internal readonly record struct MqttPublishResult(double Rate, double CpuMicroseconds, double AllocatedBytes);

/// <summary>Publishes with QoS 1 from memory as fast as a window allows, from within the acknowledgements.</summary>
internal sealed class MqttPublishRun(int count, int payloadBytes, int window) : IMqttConnectionHandler
{
    private readonly byte[] _payload = new byte[payloadBytes];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttConnection? _connection;
    private int _sent;
    private int _acknowledged;
    private int _warmAt = count / 4;
    private long _allocatedWarm;

    /// <summary>One run, on a connection of its own.</summary>
    public async Task<MqttPublishResult> RunAsync(int port, MqttProtocolVersion version)
    {
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = "bench", Protocol = version };
        var outcome = await new MqttClient(options).ConnectAsync(this);
        _connection = outcome.Connection ?? throw new InvalidOperationException(outcome.Failure!.Message);
        await using (_connection)
        {
            using var process = Process.GetCurrentProcess();
            var cpu = process.TotalProcessorTime;
            var started = Stopwatch.GetTimestamp();
            Pump();
            await _done.Task;
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedWarm;
            process.Refresh();
            return new MqttPublishResult(
                count / seconds, (process.TotalProcessorTime - cpu).TotalMicroseconds / count, allocated / (double)(count - _warmAt));
        }
    }

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        var before = _acknowledged;
        _acknowledged += acknowledgements.Length;
        if (before < _warmAt && _acknowledged >= _warmAt)
        {
            _warmAt = _acknowledged;
            _allocatedWarm = GC.GetTotalAllocatedBytes(precise: true);
        }

        if (_acknowledged == count)
        {
            _done.SetResult();
            return;
        }

        Pump();
    }

    public void OnMessage(in ReceivedPublish message)
    {
    }

    public void OnRoom() => Pump();

    public void OnClosed(MqttClosed reason) => _done.TrySetException(new InvalidOperationException(reason.Message));

    private void Pump()
    {
        lock (_gate)
        {
            var message = new MqttPublish { Topic = "gw/1/temp"u8, Payload = _payload, Qos = MqttQos.AtLeastOnce };
            while (_sent < count && _sent - _acknowledged < window && _connection!.TryPublish(message, _sent) == PublishStatus.Sent)
            {
                _sent++;
            }
        }
    }
}
