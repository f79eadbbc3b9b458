using System.Net.Sockets;
using EdgeAgent.Mqtt.Connection;
using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Session;
using EdgeAgent.Mqtt.Transport;

namespace EdgeAgent.Mqtt;

/// <summary>
/// One connection to a broker, from its CONNACK to its end; it does not come back by itself. All members are thread-safe, and may be
/// called from within the handler's calls.
/// </summary>
public sealed class MqttConnection : IAsyncDisposable
{
    // How long the broker has to close its side after our last packet.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);

    private readonly ConnectedTransport _transport;
    private readonly TimeProvider _time;
    private readonly HandlerCalls _handler;
    private readonly LinkWatch _watch;
    private readonly Outbox _outbox;
    private readonly PendingRequests _requests = new();
    private readonly ReceiveLoop _receiveLoop;
    private readonly Func<MqttClosed, MqttClosed> _onEnd;
    private readonly IReadOnlyList<PublishAcknowledgement> _forbidden;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttClosed? _end;

    internal MqttConnection(
        ConnectedTransport transport, ReceiveBuffer buffer, ConnackProperties connack, MqttClientOptions options, MqttSession session,
        IMqttConnectionHandler handler, TimeProvider time, Func<MqttClosed, MqttClosed> onEnd)
    {
        Connack = connack;
        _transport = transport;
        _time = time;
        _onEnd = onEnd;
        _handler = new HandlerCalls(handler, exception => End(
            new MqttClosed(MqttClosedKind.HandlerFailed, $"The handler of the connection failed: {exception.Message}") { Exception = exception },
            DisconnectReasonCode.ImplementationSpecificError));
        _watch = new LinkWatch(time, connack.KeepAlive, transport.Arrivals);
        _forbidden = PublishWindow.Prepare(session, connack);
        _outbox = new Outbox(connack, options, session.InFlight, _watch);
        _receiveLoop = new ReceiveLoop(buffer, connack.Protocol, options.TopicAliasMaximum, _outbox, _requests, _handler, _watch);
    }

    /// <summary>What the broker granted.</summary>
    public ConnackProperties Connack { get; }

    /// <summary>How many QoS 1 publishes are unacknowledged.</summary>
    public int InFlight => _outbox.InFlight;

    /// <summary>Ends after <see cref="IMqttConnectionHandler.OnClosed"/> has returned. Faults only if that call threw.</summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Copies a message into the output buffer, or says why not. Never blocks, and allocates nothing once the buffers have grown to
    /// their use. Messages leave in the order of the calls.
    /// </summary>
    /// <param name="message">Copied; its spans may be reused at once.</param>
    /// <param name="token">Comes back with the acknowledgement of a QoS 1 message; not used with QoS 0.</param>
    public PublishStatus TryPublish(in MqttPublish message, long token) => _outbox.TryPublish(message, token);

    /// <summary>
    /// Acknowledges an incoming QoS 1 message. PUBACKs leave in the order in which the messages came, so one given early waits for
    /// those before it. Ignored for a message that is acknowledged already, and after the end of the connection.
    /// </summary>
    public void Acknowledge(ushort packetId) => Acknowledge(packetId, PubackReasonCode.Success);

    /// <summary>As <see cref="Acknowledge(ushort)"/>, with a code; MQTT 3.1.1 has none and takes any as a success.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is none of the specification's for PUBACK.</exception>
    public void Acknowledge(ushort packetId, PubackReasonCode code)
    {
        if (!Enum.IsDefined(code) || code == PubackReasonCode.PacketTooLarge)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "not a code of PUBACK"); // [MQTT-3.4.2-1]
        }

        _outbox.Acknowledge(packetId, code);
    }

    /// <summary>
    /// Lets the kernel tell the broker at once what has come. To be called when acknowledgements are awaited and there is nothing to send: a broker with
    /// Nagle's algorithm on (RFC 896; mosquitto, for one) holds its next small packet back until then, and the kernel, which would rather
    /// tell it along with something of ours, waits for that up to 40 ms (tcp(7), <c>TCP_QUICKACK</c>). Costs a system call.
    /// </summary>
    public void PromptBroker() => _transport.AcknowledgeNow();

    /// <summary>Subscribes, with at most QoS 1.</summary>
    /// <param name="subscriptions">At least one.</param>
    /// <param name="cancellationToken">Gives up waiting; the broker may still subscribe.</param>
    /// <returns>The broker's answer, or why there is none.</returns>
    public Task<SubscribeOutcome> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subscriptions);
        return RequestAsync(
            TopicFilter.Check(subscriptions, Connack), isSubscribe: true, subscriptions.Count,
            packetId => SubscribePackets.EncodeSubscribe(subscriptions, packetId, Connack.Protocol), cancellationToken);
    }

    /// <summary>Ends subscriptions.</summary>
    /// <param name="filters">At least one, as they were subscribed.</param>
    /// <param name="cancellationToken">Gives up waiting; the broker may still unsubscribe.</param>
    /// <returns>The broker's answer, or why there is none.</returns>
    public Task<SubscribeOutcome> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        return RequestAsync(
            TopicFilter.Check(filters), isSubscribe: false, filters.Count,
            packetId => SubscribePackets.EncodeUnsubscribe(filters, packetId, Connack.Protocol), cancellationToken);
    }

    /// <summary>
    /// Sends what is buffered, then DISCONNECT, and ends the connection. Acknowledgements that still come are delivered; whoever wants
    /// all of them waits for <see cref="InFlight"/> to become zero first.
    /// </summary>
    /// <param name="reason">MQTT 3.1.1 has no codes; <see cref="DisconnectReasonCode.DisconnectWithWill"/> closes there without DISCONNECT, which has the same effect.</param>
    /// <param name="cancellationToken">Cuts the connection instead of waiting any longer.</param>
    public async Task DisconnectAsync(DisconnectReasonCode reason = DisconnectReasonCode.NormalDisconnection, CancellationToken cancellationToken = default)
    {
        End(new MqttClosed(MqttClosedKind.ByCaller, "The connection was ended from this side.") { ReasonCode = reason }, reason);
        await using var cut = cancellationToken.UnsafeRegister(static connection => ((MqttConnection)connection!).Cut(), this);
        await Completion;
    }

    /// <summary>Cuts the connection if it is still open; the broker then publishes the will. Ends after <see cref="IMqttConnectionHandler.OnClosed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new MqttClosed(MqttClosedKind.ByCaller, "The connection was cut from this side."), farewell: null);
        Cut();
        await Completion;
        _watch.Dispose();
    }

    /// <summary>Begins the work; once.</summary>
    internal void Start()
    {
        _watch.Start(OnVerdict);
        _ = Task.Run(RunToEndAsync);
    }

    private async Task RunToEndAsync()
    {
        try
        {
            await RunAsync();
            _completion.SetResult();
        }
        catch (Exception exception) when (_completion.TrySetException(exception))
        {
        }
    }

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        try
        {
            await _outbox.RunAsync(_transport.Stream, _handler.Room);
            await _transport.ShutdownAsync();
        }
        catch (Exception exception) when (EndWith(exception))
        {
            Cut();
        }

        await using (_time.CreateTimer(static connection => ((MqttConnection)connection!).Cut(), this, ClosingTime, Timeout.InfiniteTimeSpan))
        {
            await receiving;
        }

        _watch.Dispose();
        Cut();
        await _transport.DisposeAsync();
        _requests.Close();
        var (count, oldest) = _outbox.Close();
        _handler.Closed(_onEnd(_end! with { Unacknowledged = count, OldestUnacknowledged = oldest }));
    }

    private async Task ReceiveAsync()
    {
        try
        {
            _handler.Connected(this);
            if (_forbidden.Count > 0)
            {
                _handler.Acknowledged([.. _forbidden]);
            }

            var end = await _receiveLoop.RunAsync(_transport.Stream);
            var isOurFault = end.Kind == MqttClosedKind.ProtocolError;
            End(end, isOurFault ? end.ReasonCode : null);
            if (isOurFault)
            {
                await DiscardAsync();
            }
        }
        catch (Exception exception) when (EndWith(exception))
        {
        }
    }

    /// <summary>Reads on without looking: closing a socket with unread bytes would take our DISCONNECT back.</summary>
    private async Task DiscardAsync()
    {
        var nowhere = new byte[4096];
        while (await _transport.Stream.ReadAsync(nowhere) > 0)
        {
        }
    }

    private async Task<SubscribeOutcome> RequestAsync(
        string? problem, bool isSubscribe, int filters, Func<ushort, byte[]> encode, CancellationToken cancellationToken)
    {
        if (problem is not null)
        {
            return new SubscribeOutcome(SubscribeStatus.Invalid, [], problem);
        }

        var packetId = _outbox.AddRequest();
        if (packetId == 0)
        {
            return new SubscribeOutcome(SubscribeStatus.Closed, [], "The connection has ended.");
        }

        var packet = encode(packetId);
        if (packet.Length > Connack.MaximumPacketSize)
        {
            _outbox.RemoveRequest(packetId);
            return new SubscribeOutcome(SubscribeStatus.Invalid, [], $"The broker takes no packets above {Connack.MaximumPacketSize} bytes; use fewer filters at once.");
        }

        var answer = _requests.Add(packetId, isSubscribe, filters);
        _outbox.TrySend(packet);
        return await answer.WaitAsync(cancellationToken);
    }

    private void OnVerdict(KeepAliveVerdict verdict)
    {
        switch (verdict)
        {
            case KeepAliveVerdict.Ping:
                _outbox.TrySend([(int)PacketType.Pingreq << 4, 0]);
                break;
            case KeepAliveVerdict.Silent:
                End(new MqttClosed(MqttClosedKind.KeepAliveTimeout, $"The broker did not answer within the keep-alive time of {Connack.KeepAlive.TotalSeconds} s."), farewell: null);
                Cut();
                break;
            default:
                End(
                    new MqttClosed(MqttClosedKind.AcknowledgementTimeout, "The broker answers pings, but left a publish or a subscribe unacknowledged for 1.5 keep-alive periods."),
                    DisconnectReasonCode.UnspecifiedError);

                // Also where the caller has ended it, and what was left to send does not go out.
                _ = CutLaterAsync();
                break;
        }
    }

    /// <summary>The first call decides how the connection ends. Without a farewell it is cut at once.</summary>
    private void End(MqttClosed reason, DisconnectReasonCode? farewell)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is not null)
        {
            return;
        }

        // A DISCONNECT of 3.1.1 always means a normal end, which would take the will back.
        var isSaid = farewell is { } code && (Connack.Protocol == MqttProtocolVersion.V5 || code == DisconnectReasonCode.NormalDisconnection);
        _outbox.End(isSaid ? DisconnectPacket.Encode(farewell.GetValueOrDefault(), Connack.Protocol) : []);
        if (farewell is null)
        {
            Cut();
        }
        else if (reason.Kind != MqttClosedKind.ByCaller)
        {
            _ = CutLaterAsync();
        }
    }

    private async Task CutLaterAsync()
    {
        await Task.Delay(ClosingTime, _time);
        Cut();
    }

    private void Cut() => _transport.Cut();

    private bool EndWith(Exception exception)
    {
        var reason = exception is IOException or SocketException or ObjectDisposedException
            ? new MqttClosed(MqttClosedKind.ConnectionLost, $"The link to the broker broke: {(exception.InnerException ?? exception).Message}")
            : new MqttClosed(MqttClosedKind.Failed, $"The MQTT client met an error that it does not know: {exception.Message}");
        End(reason with { Exception = exception }, farewell: null);
        return true;
    }
}
