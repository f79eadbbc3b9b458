using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;

namespace EdgeAgent.Delivery;

/// <summary>
/// Delivers the queue over one connection: takes messages, live before backlog, keeps a window of them in flight, and tells the
/// queue what the broker answered. Lives as long as its connection.
/// </summary>
internal sealed class Drainer(MessageQueue queue, DeliveryConfig config, BootClock clock, MessageEncoder encoder) : IMqttConnectionHandler
{
    /// <summary>The token of publishes that are not the queue's, such as the agent's own status.</summary>
    public const long OwnToken = -1;

    /// <summary>How long a message that the broker put off waits before it is offered again.</summary>
    private static readonly TimeSpan TryLaterDelay = TimeSpan.FromSeconds(5);

    // Shared by the drainer's loop and the connection's receive loop.
    private readonly Signal _signal = new();
    private readonly TaskCompletionSource<MqttClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private long _lastAcknowledgement;

    // The receive loop only.
    private readonly long[] _accepted = new long[256];

    // The drainer's loop only.
    private QueuedMessage _held;
    private bool _isHolding;

    /// <summary>Completes with the reason when the connection is over.</summary>
    public Task<MqttClosed> Closed => _closed.Task;

    /// <summary>Boot milliseconds of the latest acknowledgement; 0 before the first.</summary>
    public long LastAcknowledgement => Volatile.Read(ref _lastAcknowledgement);

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Delivers until the connection is over or <paramref name="stop"/> is asked for. What was in flight then waits again.</summary>
    public async Task DrainAsync(MqttConnection connection, CancellationToken stop)
    {
        queue.BeginConnection();
        queue.Available = _signal.Set;
        await using var registration = stop.Register(_signal.Set);
        try
        {
            while (!stop.IsCancellationRequested && !_closed.Task.IsCompleted)
            {
                Pump(connection);
                await _signal.WaitAsync();
            }
        }
        finally
        {
            queue.Available = null;
        }
    }

    /// <summary>Waits until nothing is in flight, the connection is over, or the token gives up.</summary>
    public async Task SettleAsync(CancellationToken giveUp)
    {
        await using var registration = giveUp.Register(_signal.Set);
        while (InFlight > 0 && !giveUp.IsCancellationRequested && !_closed.Task.IsCompleted)
        {
            await _signal.WaitAsync();
        }
    }

    /// <inheritdoc/>
    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        var accepted = 0;
        var ended = 0;
        foreach (ref readonly var acknowledgement in acknowledgements)
        {
            if (acknowledgement.Token == OwnToken)
            {
                continue;
            }

            ended++;
            switch (acknowledgement.ReasonCode.Verdict())
            {
                case PubackVerdict.Accepted:
                    _accepted[accepted++] = acknowledgement.Token;
                    if (accepted == _accepted.Length)
                    {
                        queue.Acknowledge(_accepted);
                        accepted = 0;
                    }

                    break;
                case PubackVerdict.MessageAtFault:
                    queue.Quarantine(acknowledgement.Token, (byte)acknowledgement.ReasonCode, acknowledgement.ReasonString);
                    break;
                default:
                    queue.Leave(acknowledgement.Token, TryLaterDelay);
                    break;
            }
        }

        queue.Acknowledge(_accepted.AsSpan(0, accepted));
        Volatile.Write(ref _lastAcknowledgement, clock.Milliseconds);
        _ = Interlocked.Add(ref _inFlight, -ended);
        _signal.Set();
    }

    /// <inheritdoc/>
    public void OnMessage(in ReceivedPublish message)
    {
        // The uplink subscribes to nothing; what comes all the same is the broker's business.
    }

    /// <inheritdoc/>
    public void OnRoom() => _signal.Set();

    /// <inheritdoc/>
    public void OnClosed(MqttClosed reason)
    {
        _ = _closed.TrySetResult(reason);
        _signal.Set();
    }

    /// <summary>Sends until the window, the buffer or the queue says enough.</summary>
    private void Pump(MqttConnection connection)
    {
        var limit = Math.Min(config.MaxInFlight, connection.Connack.ReceiveMaximum);
        while (InFlight < limit && TryNext(limit))
        {
            if (!TrySend(connection))
            {
                return;
            }
        }
    }

    private bool TryNext(int limit)
    {
        if (_isHolding)
        {
            return true;
        }

        // One place is kept for live messages, so that a full window of backlog never makes one wait for a second round trip.
        _isHolding = queue.TryTake(Lane.Live, out _held) || ((limit == 1 || InFlight < limit - 1) && queue.TryTake(Lane.Backlog, out _held));
        return _isHolding;
    }

    private bool TrySend(MqttConnection connection)
    {
        var sequence = _held.Sequence;
        _ = Interlocked.Increment(ref _inFlight);
        var status = connection.TryPublish(encoder.Encode(_held, connection.Connack.RetainAvailable, null), sequence);
        switch (status)
        {
            case PublishStatus.Sent:
                _isHolding = false;
                return true;
            case PublishStatus.TooLarge:
                _isHolding = false;
                queue.Quarantine(sequence, (byte)PubackReasonCode.PacketTooLarge, "larger than the broker's Maximum Packet Size");
                _ = Interlocked.Decrement(ref _inFlight);
                return true;
            case PublishStatus.Invalid:
                _isHolding = false;
                queue.Quarantine(sequence, (byte)PubackReasonCode.TopicNameInvalid, "MQTT does not allow this topic or property");
                _ = Interlocked.Decrement(ref _inFlight);
                return true;
            default:
                // No room, or closing: it stays in hand for the next signal.
                _ = Interlocked.Decrement(ref _inFlight);
                return false;
        }
    }
}
