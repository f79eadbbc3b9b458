using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;

namespace EdgeAgent.Delivery;

/// <summary>
/// Delivers the queue over one connection: takes messages from the lanes in their order, keeps as many in flight as
/// <see cref="Pacing"/> allows, and tells the queue what the broker answered. Lives as long as its connection.
/// </summary>
internal sealed class Drainer(MessageQueue queue, DeliveryConfig config, MessageEncoder encoder, BootClock clock, TimeProvider time) : IMqttConnectionHandler
{
    /// <summary>How long a message that the broker put off waits before it is offered again.</summary>
    private static readonly TimeSpan TryLaterDelay = TimeSpan.FromSeconds(5);

    // Shared by the drainer's loop and the connection's receive loop.
    private readonly Signal _signal = new();
    private readonly TaskCompletionSource<MqttClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Pacing _pacing = new(config, 1, time);
    private long _lastAcknowledgement;

    // The receive loop only.
    private readonly long[] _accepted = new long[256];

    // The drainer's loop only.
    private QueuedMessage _held;
    private bool _isHolding;
    private ITimer? _timer;
    private long _startedAt;
    private TimeSpan _backlogDelay;

    /// <summary>Completes with the reason when the connection is over.</summary>
    public Task<MqttClosed> Closed => _closed.Task;

    /// <summary>Boot milliseconds of the latest acknowledgement; 0 before the first.</summary>
    public long LastAcknowledgement => Volatile.Read(ref _lastAcknowledgement);

    /// <summary>The latest measured time from a message's sending to its acknowledgement.</summary>
    public TimeSpan RoundTrip => _pacing.Window.Latest;

    /// <summary>Delivers until the connection is over or <paramref name="stop"/> is asked for. What was in flight then waits again.</summary>
    /// <param name="connection">Just made.</param>
    /// <param name="backlogDelay">How long the backlog waits at first, so that a fleet that reconnects at once does not drain at once.</param>
    /// <param name="stop">Ends the delivery; the connection stays for the last acknowledgements.</param>
    public async Task DrainAsync(MqttConnection connection, TimeSpan backlogDelay, CancellationToken stop)
    {
        _pacing = new Pacing(config, connection.Connack.ReceiveMaximum, time);
        _startedAt = time.GetTimestamp();
        _backlogDelay = backlogDelay;
        queue.BeginConnection(config.Order);
        queue.Available = _signal.Set;
        await using var registration = stop.Register(_signal.Set);
        await using var timer = time.CreateTimer(_ => _signal.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer = timer;
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
        while (_pacing.InFlight > 0 && !giveUp.IsCancellationRequested && !_closed.Task.IsCompleted)
        {
            await _signal.WaitAsync();
        }
    }

    /// <inheritdoc/>
    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        var accepted = 0;
        foreach (ref readonly var acknowledgement in acknowledgements)
        {
            var token = new PublishToken(acknowledgement.Token);
            if (token == PublishToken.Own)
            {
                continue;
            }

            if (acknowledgement.ReasonCode.Verdict() != PubackVerdict.Accepted)
            {
                Refused(token, acknowledgement);
                continue;
            }

            _pacing.Answered(token);
            _accepted[accepted++] = token.Sequence;
            if (accepted == _accepted.Length)
            {
                queue.Acknowledge(_accepted);
                accepted = 0;
            }
        }

        queue.Acknowledge(_accepted.AsSpan(0, accepted));
        Volatile.Write(ref _lastAcknowledgement, clock.Milliseconds);
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

    private void Refused(PublishToken token, in PublishAcknowledgement acknowledgement)
    {
        if (acknowledgement.ReasonCode.Verdict() == PubackVerdict.MessageAtFault)
        {
            queue.Quarantine(token.Sequence, (byte)acknowledgement.ReasonCode, acknowledgement.ReasonString);
        }
        else
        {
            _pacing.Window.OnPushedBack();
            queue.Leave(token.Sequence, TryLaterDelay);
        }

        _pacing.Answered(token);
    }

    /// <summary>Sends until pacing, the connection or the queue says enough.</summary>
    private void Pump(MqttConnection connection)
    {
        while (TryNext() && TrySend(connection))
        {
        }

        var wait = _pacing.UntilRate;
        var untilBacklog = _backlogDelay == TimeSpan.Zero ? TimeSpan.Zero : _backlogDelay - time.GetElapsedTime(_startedAt);
        wait = wait > untilBacklog ? wait : untilBacklog;
        if (wait > TimeSpan.Zero)
        {
            // A millisecond more: a timer may come a moment early, and would then be the last one.
            _ = _timer!.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryNext()
    {
        if (!_isHolding)
        {
            _isHolding = config.Order == DeliveryOrder.LiveFirst ? TryTakeLive() || TryTakeBacklog() : TryTakeBacklog() || TryTakeLive();
        }

        return _isHolding;
    }

    private bool TryTakeLive() => _pacing.MaySendLive && queue.TryTake(Lane.Live, out _held);

    private bool TryTakeBacklog() =>
        _pacing.MaySendBacklog && (_backlogDelay == TimeSpan.Zero || BacklogMayStart()) && queue.TryTake(Lane.Backlog, out _held);

    private bool BacklogMayStart()
    {
        if (time.GetElapsedTime(_startedAt) < _backlogDelay)
        {
            return false;
        }

        _backlogDelay = TimeSpan.Zero;
        return true;
    }

    private bool TrySend(MqttConnection connection)
    {
        var publish = encoder.Encode(_held, connection.Connack.RetainAvailable, RemainingExpiry());
        var token = new PublishToken(_held.Sequence, publish.Topic.Length + publish.Payload.Length);
        _pacing.BeforeSend(token);
        var status = connection.TryPublish(publish, token.Bits);
        if (status == PublishStatus.Sent)
        {
            _isHolding = false;
            return true;
        }

        _pacing.NotSent(token);
        if (status is not (PublishStatus.TooLarge or PublishStatus.Invalid))
        {
            // No room, or closing: it stays in hand for the next signal.
            return false;
        }

        _isHolding = false;
        var (code, text) = status == PublishStatus.TooLarge
            ? (PubackReasonCode.PacketTooLarge, "larger than the broker's Maximum Packet Size")
            : (PubackReasonCode.TopicNameInvalid, "MQTT does not allow this topic or property");
        queue.Quarantine(token.Sequence, (byte)code, text);
        return true;
    }

    private uint? RemainingExpiry() =>
        MessageAge.RemainingSeconds(_held, clock.BootId, clock.Milliseconds, clock.WallOffset, clock.IsSynchronized);
}
