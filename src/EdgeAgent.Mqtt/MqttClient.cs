using EdgeAgent.Mqtt.Connection;
using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Session;
using EdgeAgent.Mqtt.Transport;

namespace EdgeAgent.Mqtt;

/// <summary>
/// Connects to one broker, and remembers between connections what belongs there: the protocol version that the broker speaks, the
/// client id it assigned, and the session if one is kept. Connects only when asked; when to try again is for the caller to decide.
/// Not thread-safe: one attempt to connect at a time, and the connection before it must have ended.
/// </summary>
/// <remarks>
/// A session is kept when <see cref="MqttClientOptions.CleanStart"/> is false or <see cref="MqttClientOptions.SessionExpiry"/> is not
/// zero. Then publishes that are unacknowledged when a connection ends are sent again by the next one: as duplicates with their old
/// packet ids if the broker has the session, else as new messages, in both cases in their order and before anything new. The caller
/// must not publish them again; their acknowledgements come with the tokens they had, also when the new connection's limits forbid to
/// send one (with a code that says so). Without a kept session they are forgotten with the connection, and the caller publishes them
/// again. With <see cref="MqttClientOptions.CleanStart"/> false the first connection takes over whatever session the broker has, as
/// one with nothing in flight from this side.
/// </remarks>
public sealed class MqttClient
{
    // A broker that closed without a word may have been restarting: 5.0 is tried again after this.
    private static readonly TimeSpan SilentFallback = TimeSpan.FromHours(1);

    // So often does a broker that once spoke a version close without a word before it is asked for the other.
    private const int SilencesOfOldFriend = 3;

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private MqttSession? _session;
    private string _clientId;
    private Task _lastConnection = Task.CompletedTask;
    private MqttProtocolVersion _version;
    private long? _fellBackAt;
    private int _takeovers;
    private int _silences;

    /// <summary>Checks the options; connects nothing.</summary>
    /// <param name="options">Where to connect, and as whom.</param>
    /// <param name="time">Timers and timestamps; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message tells which.</exception>
    public MqttClient(MqttClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.ThrowIfInvalid(options);
        _options = options;
        _time = time ?? TimeProvider.System;
        _clientId = options.ClientId;
        _version = options.Protocol;
    }

    /// <summary>Connects once: all addresses of the host, and both protocol versions if that is left open.</summary>
    /// <param name="handler">Hears of everything that happens on the connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connection at work, or why there is none. What may be expected to fail never throws.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="InvalidOperationException">The connection before this one has not ended.</exception>
    public Task<ConnectOutcome> ConnectAsync(IMqttConnectionHandler handler, CancellationToken cancellationToken = default) =>
        ConnectAsync(handler, null, cancellationToken);

    /// <summary>As <see cref="ConnectAsync(IMqttConnectionHandler, CancellationToken)"/>, watched step by step.</summary>
    /// <param name="handler">Hears of everything that happens on the connection.</param>
    /// <param name="observer">Hears of the steps that lead to it; null: nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connection at work, or why there is none.</returns>
    public async Task<ConnectOutcome> ConnectAsync(IMqttConnectionHandler handler, IConnectObserver? observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!_lastConnection.IsCompleted)
        {
            throw new InvalidOperationException("The connection before this one has not ended.");
        }

        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var progress = new ConnectProgress(observer);
        try
        {
            return await TryVersionsAsync(handler, progress, deadline.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new ConnectOutcome(TransportFailures.TimedOut(_options.Host, _options.Port, progress.Step, _options.ConnectTimeout));
        }
    }

    private async Task<ConnectOutcome> TryVersionsAsync(IMqttConnectionHandler handler, ConnectProgress progress, CancellationToken deadline)
    {
        if (_fellBackAt is { } then && _time.GetElapsedTime(then) >= SilentFallback)
        {
            _version = _options.Protocol;
            _fellBackAt = null;
        }

        var version = _version == MqttProtocolVersion.Auto ? MqttProtocolVersion.V5 : _version;
        var first = await TryVersionAsync(version, handler, progress, deadline);
        _silences = first.IsSilent ? _silences + 1 : 0;
        var isOtherMeant = first.IsVersionRefused || (first.IsSilent && (_version == MqttProtocolVersion.Auto || _silences >= SilencesOfOldFriend));
        var other = version == MqttProtocolVersion.V5 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V5;
        if (_options.Protocol != MqttProtocolVersion.Auto || !isOtherMeant || !OptionsCheck.Allows(_options with { ClientId = _clientId }, other))
        {
            return first.Outcome;
        }

        var second = await TryVersionAsync(other, handler, progress, deadline);
        if (second.Outcome.IsConnected && first.IsSilent)
        {
            _fellBackAt = _time.GetTimestamp();
        }

        // When both versions met a closed door, neither is to blame.
        return second.Outcome;
    }

    private async Task<Attempt> TryVersionAsync(MqttProtocolVersion version, IMqttConnectionHandler handler, ConnectProgress progress, CancellationToken deadline)
    {
        progress.Observer?.OnAttempt(version);
        var (transport, failure) = await TransportConnector.ConnectAsync(_options, _time, progress, deadline);
        if (transport is null)
        {
            return new Attempt(new ConnectOutcome(failure!));
        }

        var isKept = false;
        try
        {
            progress.Step = ConnectStep.Connack;
            var cleanStart = NeedsCleanStart(version);
            var result = await Handshake.RunAsync(transport, _options, version, _clientId, cleanStart, deadline);
            if (result.Connack is not { } connack)
            {
                return new Attempt(new ConnectOutcome(result.Failure!), IsSilent: result.IsSilent);
            }

            if (connack.Code != ConnackReasonCode.Success)
            {
                var outcome = new ConnectOutcome(ConnectFailures.Refused(connack, _options, _clientId));
                return new Attempt(outcome, IsVersionRefused: connack.Code == ConnackReasonCode.UnsupportedProtocolVersion);
            }

            if (cleanStart && connack.Properties.SessionPresent)
            {
                return new Attempt(new ConnectOutcome(ConnectFailures.UnexpectedSession(_options)));
            }

            isKept = true;
            return new Attempt(new ConnectOutcome(Begin(transport, result, connack, handler)));
        }
        finally
        {
            if (!isKept)
            {
                await transport.DisposeAsync();
            }
        }
    }

    private MqttConnection Begin(ConnectedTransport transport, HandshakeResult result, ConnackPacket connack, IMqttConnectionHandler handler)
    {
        _version = _options.Protocol == MqttProtocolVersion.Auto ? connack.Properties.Protocol : _version;
        _clientId = connack.Properties.ClientId;
        if (!_options.KeepsSession || _session is null)
        {
            _session = new MqttSession();
        }

        var connection = new MqttConnection(transport, result.Buffer, connack.Properties, _options, _session, handler, _time, OnEnd);
        connection.Start();
        _lastConnection = connection.Completion;
        return connection;
    }

    /// <summary>
    /// A new session at first, if so asked for, and always when none is kept. The Clean Session flag of 3.1.1 also ends the session
    /// with the connection, so there it is set only when none is kept.
    /// </summary>
    private bool NeedsCleanStart(MqttProtocolVersion version) =>
        !_options.KeepsSession || (version == MqttProtocolVersion.V5 && _options.CleanStart && _session is null);

    private MqttClosed OnEnd(MqttClosed reason)
    {
        _takeovers = reason.Kind == MqttClosedKind.SessionTakenOver ? _takeovers + 1 : 0;
        return _takeovers < 2
            ? reason
            : reason with
            {
                Kind = MqttClosedKind.ClientIdInUse,
                Message = $"The session was taken over twice in a row: another client uses the client id '{_clientId}'. Give each client an id of its own.",
            };
    }

    private sealed record Attempt(ConnectOutcome Outcome, bool IsVersionRefused = false, bool IsSilent = false);
}
