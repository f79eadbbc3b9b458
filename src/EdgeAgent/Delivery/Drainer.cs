using EdgeAgent.Configuration;
using EdgeAgent.Delivery.HomeAssistant;
using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;

namespace EdgeAgent.Delivery;

/// <summary>
/// Delivers the queue over one connection: takes messages from the lanes in their order, keeps as many in flight as
/// <see cref="Pacing"/> allows, and tells the queue what the broker answered. Lives as long as its connection.
/// </summary>
internal sealed class Drainer(
    MessageQueue queue, DeliveryConfig config, MessageEncoder encoder, Suspicion suspicion, DeliveryFigures figures, BootClock clock, TimeProvider time,
    Announcer? announcer = null) : IMqttConnectionHandler
{
    /// <summary>How long a message that the broker put off waits before it is offered again.</summary>
    private static readonly TimeSpan TryLaterDelay = TimeSpan.FromSeconds(5);

    /// <summary>The ceilings of the pauses between two probes of a topic that the broker does not allow.</summary>
    private static readonly TimeSpan FirstProbe = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromHours(1);

    // Shared by the drainer's loop and the connection's receive loop.
    private readonly Signal _signal = new();
    private readonly TaskCompletionSource<MqttClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Pacing _pacing = new(config, 1, suspicion, figures.Times, time);
    private long _provenAt;

    // The receive loop only.
    private readonly long[] _accepted = new long[256];
    private readonly Dictionary<long, int> _probes = [];

    // The drainer's loop only.
    private QueuedMessage _held;
    private bool _isHolding;
    private bool _ledgerMayWait;
    private ITimer? _timer;
    private long _startedAt;
    private TimeSpan _backlogDelay;
    private TimeSpan? _controlTime;
    private bool _isSuspectSent;

    /// <summary>Completes with the reason when the connection is over.</summary>
    public Task<MqttClosed> Closed => _closed.Task;

    /// <summary>Delivers until the connection is over or <paramref name="stop"/> is asked for. What was in flight then waits again.</summary>
    /// <param name="connection">Just made.</param>
    /// <param name="backlogDelay">How long the backlog waits at first, so that a fleet that reconnects at once does not drain at once.</param>
    /// <param name="stop">Ends the delivery; the connection stays for the last acknowledgements.</param>
    public async Task DrainAsync(MqttConnection connection, TimeSpan backlogDelay, CancellationToken stop)
    {
        _pacing = new Pacing(config, connection.Connack.ReceiveMaximum, suspicion, figures.Times, time);
        _startedAt = time.GetTimestamp();
        // One at a time is no stampede, and a suspect is to come before the others let it be forgotten.
        _backlogDelay = suspicion.IsCareful ? TimeSpan.Zero : backlogDelay;
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
                figures.CountRound();
                Gather();
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
                Volatile.Write(ref _provenAt, time.GetTimestamp());
                continue;
            }

            suspicion.Answered(token.Sequence);

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
        figures.NoteAcknowledgement();
        _signal.Set();
    }

    /// <inheritdoc/>
    public void OnMessage(in ReceivedPublish message) => announcer?.OnMessage(message);

    /// <inheritdoc/>
    public void OnRoom() => _signal.Set();

    /// <inheritdoc/>
    public void OnClosed(MqttClosed reason)
    {
        _ = _closed.TrySetResult(reason);
        _signal.Set();
    }

    /// <summary>To be called when the connection is over and what was in flight still is: sets a message aside that has been found at fault.</summary>
    public void JudgeEnd(MqttClosed reason)
    {
        var suspect = suspicion.Suspect;
        var oldest = reason.OldestUnacknowledged is { } bits && new PublishToken(bits) is var token && token != PublishToken.Own ? token.Sequence : (long?)null;
        var wasCut = reason.Kind is MqttClosedKind.ByBroker or MqttClosedKind.ConnectionLost or MqttClosedKind.AcknowledgementTimeout;
        if (suspicion.ConnectionEnded(wasCut, oldest, reason.Unacknowledged, _isSuspectSent && oldest == suspect))
        {
            queue.Quarantine(
                suspect!.Value, (byte)(reason.ReasonCode ?? DisconnectReasonCode.UnspecifiedError), "the broker cut the connection each time this message was sent alone");
        }
    }

    private void Refused(PublishToken token, in PublishAcknowledgement acknowledgement)
    {
        figures.CountRefused(acknowledgement.ReasonCode);
        switch (acknowledgement.ReasonCode.Verdict())
        {
            case PubackVerdict.MessageAtFault:
                queue.Quarantine(token.Sequence, (byte)acknowledgement.ReasonCode, acknowledgement.ReasonString);
                break;
            case PubackVerdict.NotAuthorized:
                // One wrong permission must not empty the queue: the topic waits, and this one message probes it.
                _ = _probes.TryGetValue(token.Sequence, out var probes);
                _probes[token.Sequence] = probes + 1;
                queue.Park(token.Sequence, Backoff.Delay(probes, FirstProbe, LongestProbe, Random.Shared.NextDouble()));
                break;
            default:
                _pacing.Window.OnPushedBack();
                queue.Leave(token.Sequence, TryLaterDelay);
                break;
        }

        _pacing.Answered(token);
    }

    /// <summary>Sends until pacing, the connection or the queue says enough.</summary>
    private void Pump(MqttConnection connection)
    {
        _ledgerMayWait = true;
        var isSilent = true;
        while (TryNext() && TrySend(connection))
        {
            isSilent = false;
        }

        if (isSilent && _pacing.InFlight > 0)
        {
            connection.PromptBroker();
        }

        var wait = Longest(_pacing.UntilRate, UntilBacklog(), UntilTrial() ?? TimeSpan.Zero);
        if (wait > TimeSpan.Zero)
        {
            // A millisecond more: a timer may come a moment early, and would then be the last one.
            _ = _timer!.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// Lets acknowledgements gather. It holds a thread of the pool for a millisecond, because the runtime's timers come only every four
    /// (they go by the coarse clock), in which a quick broker has answered all that is in flight.
    /// </summary>
    private void Gather()
    {
        if (_pacing.IsGathering)
        {
#pragma warning disable RS0030 // Neither a signal nor a timer comes after one millisecond; decision 0011.
            Thread.Sleep(Pacing.GatheringTime);
#pragma warning restore RS0030
        }
    }

    private bool TryNext()
    {
        if (!_isHolding)
        {
            // The ledger's few entries go before everything: they say what will not come. While one at a time goes, the lanes take turns, or a suspect
            // in the backlog would wait for as long as there is something new.
            var isLiveFirst = config.Order == DeliveryOrder.LiveFirst && (_held.Lane != Lane.Live || suspicion.Suspect is null);
            _isHolding = TryTakeLedger() || (isLiveFirst ? TryTakeLive() || TryTakeBacklog() : TryTakeBacklog() || TryTakeLive());
        }

        return _isHolding;
    }

    /// <summary>Asked once a pump and not for every message: there is rarely anything.</summary>
    private bool TryTakeLedger() => _ledgerMayWait && (_ledgerMayWait = _pacing.MaySendLive && queue.TryTake(Lane.Ledger, out _held));

    private bool TryTakeLive() => _pacing.MaySendLive && queue.TryTake(Lane.Live, out _held);

    private bool TryTakeBacklog() => _pacing.MaySendBacklog && UntilBacklog() <= TimeSpan.Zero && queue.TryTake(Lane.Backlog, out _held);

    private TimeSpan UntilBacklog()
    {
        if (_backlogDelay == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var left = _backlogDelay - time.GetElapsedTime(_startedAt);
        _backlogDelay = left > TimeSpan.Zero ? _backlogDelay : TimeSpan.Zero;
        return left;
    }

    /// <summary>
    /// How long the suspect in hand must still wait for its trial; zero when nothing is to wait for. Null: for as long as the connection
    /// has not answered the agent's own message, which shows that it works in both directions.
    /// </summary>
    private TimeSpan? UntilTrial()
    {
        if (!_isHolding || _held.Sequence != suspicion.Suspect)
        {
            return TimeSpan.Zero;
        }

        if (Volatile.Read(ref _provenAt) is not (> 0 and var provenAt))
        {
            return null;
        }

        _controlTime ??= Suspicion.ControlTime(time.GetElapsedTime(_startedAt, provenAt), Random.Shared.NextDouble());
        return _controlTime.Value - time.GetElapsedTime(provenAt);
    }

    private static TimeSpan Longest(TimeSpan first, TimeSpan second, TimeSpan third) =>
        TimeSpan.FromTicks(Math.Max(first.Ticks, Math.Max(second.Ticks, third.Ticks)));

    private bool TrySend(MqttConnection connection)
    {
        if (UntilTrial() is not { Ticks: <= 0 })
        {
            return false;
        }

        _isSuspectSent = _held.Sequence == suspicion.Suspect;
        var publish = encoder.Encode(_held, connection.Connack.RetainAvailable, RemainingExpiry());
        var token = new PublishToken(_held.Sequence, publish.Topic.Length + publish.Payload.Length);
        _pacing.BeforeSend(token);
        var status = connection.TryPublish(publish, token.Bits);
        if (status == PublishStatus.Sent)
        {
            _isHolding = false;
            figures.CountPublished();
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
