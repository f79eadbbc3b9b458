using EdgeAgent.Configuration;
using EdgeAgent.Delivery.HomeAssistant;
using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;
using EdgeAgent.Queue;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeAgent.Delivery;

/// <summary>
/// The right half's driver: connects, lets a <see cref="Drainer"/> deliver until the connection ends, waits, and connects again, for
/// ever. The waits grow until a connection has been stable for a while, and end at once when the machine's network changes. Of several
/// brokers the next is tried when one fails; while another than the first serves, the first is tried beside it, and taken back when it
/// is well.
/// </summary>
/// <param name="broker">Where it goes.</param>
/// <param name="delivery">In which order, and how fast.</param>
/// <param name="presence">What the broker is told of the gateway.</param>
/// <param name="queue">What is delivered.</param>
/// <param name="figures">What is counted.</param>
/// <param name="clock">Tells how much of a message's expiry is left.</param>
/// <param name="time">Runs the waits.</param>
/// <param name="log">Gets the connections and their ends.</param>
/// <param name="announcer">Tells Home Assistant; null: nobody does.</param>
/// <param name="random">From 0 up to 1: spreads a fleet's attempts and drains; null: chance.</param>
internal sealed class Uplink(
    BrokerConfig broker, DeliveryConfig delivery, Presence presence, MessageQueue queue, DeliveryFigures figures, BootClock clock, TimeProvider time, ILogger log,
    Announcer? announcer = null, Func<double>? random = null)
{
    /// <summary>How long a clean stop waits for acknowledgements; what is still missing stays queued, and is a duplicate at worst.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>How long the goodbye itself may take, on a link that takes nothing any more.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private const string QosRefusal =
        "the broker takes no QoS 1 (its Maximum QoS is 0), so delivery cannot be confirmed; everything stays queued. Allow QoS 1 for this client at the broker";

    private readonly MessageEncoder _encoder = new();
    private readonly Suspicion _suspicion = new();
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;
    private readonly MqttClient[] _clients = [.. broker.Addresses.Select(address => new MqttClient(UplinkOptions.For(address, broker, presence), time))];
    private readonly LinkLog _link = new(log, time);
    private volatile UplinkStatus _status = new(UplinkState.Connecting, time.GetUtcNow(), null, null, null, 0);
    private int _next;

    /// <summary>A connection to the first broker, made while another one served: the next to be used.</summary>
    private (MqttConnection Connection, Drainer Drainer)? _home;

    /// <summary>A snapshot. Thread-safe.</summary>
    public UplinkStatus Status => _status;

    /// <summary>What the broker and the log are told at the stop.</summary>
    public string Farewell { get; set; } = "stopped";

    /// <summary>Delivers until <paramref name="stop"/>; then waits a moment for the last acknowledgements and says goodbye.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var network = new NetworkWatch(stop);
            try
            {
                // The token ends the waits between attempts only; an attempt and a connection end by `stop` alone.
                var end = await Reconnecting().ExecuteAsync(async _ => await ConnectAndDrainAsync(stop), network.Token);
                if (!stop.IsCancellationRequested && _home is null)
                {
                    var delay = Delay(0);
                    NoteFailure(end, 0, delay);
                    await Task.Delay(delay, time, network.Token);
                }
            }
            catch (OperationCanceledException) when (network.Token.IsCancellationRequested)
            {
                // Stopping, or the network has changed: the next attempt is worth making at once.
            }
        }

        if (_home is { } home)
        {
            await home.Connection.DisposeAsync();
        }
    }

    /// <summary>At the first connection none: the starts of a fleet are spread by themselves; what it lost together it comes back to together.</summary>
    private TimeSpan BacklogDelay() => _status.Connections <= 1 ? TimeSpan.Zero : broker.BackoffInitial * _random();

    private TimeSpan Delay(int attempt) => Backoff.Delay(attempt, broker.BackoffInitial, broker.BackoffMaximum, _random());

    private ResiliencePipeline<LinkEnd> Reconnecting() => new ResiliencePipelineBuilder<LinkEnd> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<LinkEnd>
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome is { Exception: null, Result.WasStable: false }),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(arguments.AttemptNumber)),
            OnRetry = arguments =>
            {
                NoteFailure(arguments.Outcome.Result, arguments.AttemptNumber, arguments.RetryDelay);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private async ValueTask<LinkEnd> ConnectAndDrainAsync(CancellationToken stop)
    {
        var index = _home is null ? _next : 0;
        var address = broker.Addresses[index].ToString();
        var drainer = _home?.Drainer ?? NewDrainer();
        var connection = _home?.Connection;
        _home = null;
        if (connection is null)
        {
            SetState(UplinkState.Connecting, address, null, _status.LastError);
            var outcome = await _clients[index].ConnectAsync(drainer, stop);
            if (outcome.Failure is { } failure)
            {
                stop.ThrowIfCancellationRequested();
                _next = (index + 1) % _clients.Length;
                return new LinkEnd(address, failure.Message, IsTold: false, WasStable: false);
            }

            connection = outcome.Connection!;
        }

        await using (connection)
        {
            if (connection.Connack.MaximumQos == MqttQos.AtMostOnce)
            {
                // Serving it with less would be losing data quietly: hold everything, and say so.
                await connection.DisconnectAsync(DisconnectReasonCode.NormalDisconnection, stop);
                _next = (index + 1) % _clients.Length;
                return new LinkEnd(address, QosRefusal, IsTold: false, WasStable: false);
            }

            _next = index;
            if (index == 0)
            {
                return await DrainAsync(connection, drainer, address, stop, stop);
            }

            return await DrainUntilFirstIsWellAsync(connection, drainer, address, stop);
        }
    }

    private async Task<LinkEnd> DrainUntilFirstIsWellAsync(MqttConnection connection, Drainer drainer, string address, CancellationToken stop)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var drain = DrainAsync(connection, drainer, address, leave.Token, stop);
        var wellAgain = TryFirstAsync(leave.Token);
        _ = await Task.WhenAny(drain, wellAgain);
        await leave.CancelAsync();
        await wellAgain;
        return await drain;
    }

    private Drainer NewDrainer() => new(queue, delivery, _encoder, _suspicion, figures, clock, time, announcer);

    /// <summary>Tries the first broker now and then; completes when it has taken the connection, or at the end.</summary>
    private async Task TryFirstAsync(CancellationToken end)
    {
        try
        {
            while (_home is null)
            {
                await Task.Delay(broker.BackoffMaximum, time, end);
                var drainer = NewDrainer();
                var outcome = await _clients[0].ConnectAsync(drainer, end);
                if (outcome.Connection is { } connection)
                {
                    _home = (connection, drainer);
                    _next = 0;
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The present connection is over, or the agent stops.
        }
    }

    private async Task<LinkEnd> DrainAsync(MqttConnection connection, Drainer drainer, string address, CancellationToken leave, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var protocol = connection.Connack.Protocol == MqttProtocolVersion.V5 ? "5.0" : "3.1.1";
        SetState(UplinkState.Connected, address, protocol, _status.LastError, connections: 1);
        _link.Connected(address, protocol, queue.Snapshot().Depth);
        figures.BeginConnection();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var announcing = Task.CompletedTask;
        var stableAfter = Backoff.StableAfter(broker.BackoffMaximum);
        var watching = _link.WatchAsync(queue.Snapshot, stableAfter, over.Token);
        try
        {
            presence.Announce(connection, "online", _status.Connections <= 1 ? "started" : "reconnected", queue.Snapshot().Depth);
            announcing = announcer?.RunAsync(connection, over.Token) ?? Task.CompletedTask;
            await drainer.DrainAsync(connection, BacklogDelay(), leave);
            if (leave.IsCancellationRequested && !drainer.Closed.IsCompleted)
            {
                await SayGoodbyeAsync(connection, drainer, address, stop.IsCancellationRequested ? Farewell : "moved to another broker");
            }

            var reason = await drainer.Closed;
            drainer.JudgeEnd(reason);
            var wasStable = time.GetElapsedTime(started) >= stableAfter;
            if (!leave.IsCancellationRequested)
            {
                await over.CancelAsync();
                await watching;
                _link.Lost(reason.Message, wasStable);
            }

            return new LinkEnd(address, reason.Message, IsTold: true, wasStable || _home is not null);
        }
        finally
        {
            await over.CancelAsync();
            await announcing;
            await watching;
            queue.EndConnection();
            figures.EndConnection();
        }
    }

    private async Task SayGoodbyeAsync(MqttConnection connection, Drainer drainer, string address, string reason)
    {
        using var grace = new CancellationTokenSource(Grace, time);
        await drainer.SettleAsync(grace.Token);
        presence.Announce(connection, "offline", reason, queue.Snapshot().Depth);
        using var goodbye = new CancellationTokenSource(GoodbyeTime, time);
        await connection.DisconnectAsync(DisconnectReasonCode.NormalDisconnection, goodbye.Token);
        Log.Disconnected(log, address, reason, queue.Snapshot().Depth);
    }

    private void NoteFailure(LinkEnd end, int attempt, TimeSpan delay)
    {
        SetState(UplinkState.Waiting, end.Broker, null, end.Reason);
        if (!end.IsTold)
        {
            _link.Failed(end.Broker, end.Reason, attempt, delay);
        }
    }

    private void SetState(UplinkState state, string address, string? protocol, string? lastError, long connections = 0) =>
        _status = new UplinkStatus(state, time.GetUtcNow(), address, protocol, lastError, _status.Connections + connections);

    /// <summary>How an attempt, or the connection it led to, ended; and whether the log knows.</summary>
    private readonly record struct LinkEnd(string Broker, string Reason, bool IsTold, bool WasStable);
}
