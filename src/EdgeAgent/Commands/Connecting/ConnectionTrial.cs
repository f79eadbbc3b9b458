using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Commands.Connecting;

/// <summary>
/// Connects to one broker once, as the agent would and beside it, and tells every step when it is over. Once.
/// </summary>
/// <param name="options">As the agent's, but for the client id.</param>
/// <param name="time">For durations and time limits.</param>
/// <param name="tell">Gets each step.</param>
internal sealed class ConnectionTrial(MqttClientOptions options, TimeProvider time, Action<ConnectionStep> tell) : IConnectObserver
{
    /// <summary>A filter that nobody has subscribed.</summary>
    private const string Nowhere = "edgeagent/connect";

    private const int RoundTrips = 3;

    private readonly List<ConnectionStep> _steps = [];
    private long _since = time.GetTimestamp();
    private int _attempts;
    private CertificateReport[]? _certificates;

    /// <param name="url">The broker, for the report.</param>
    /// <param name="topic">Where to publish one message; null: nowhere.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    public async Task<ConnectionReport> RunAsync(string url, string? topic, CancellationToken cancellationToken)
    {
        var answers = new TrialAnswers();
        var outcome = await new MqttClient(options, time).ConnectAsync(answers, this, cancellationToken);
        var exitCode = outcome.Failure is { } failure ? Fail(failure) : await UseAsync(outcome.Connection!, answers, topic, cancellationToken);
        return new(url, options.ClientId, options.Username, exitCode == ExitCode.Ok, [.. _steps]) { ExitCode = exitCode };
    }

    public void OnAttempt(MqttProtocolVersion version)
    {
        if (_attempts++ > 0)
        {
            Pass("mqtt", $"the broker did not take the other version of MQTT; once more with {Name(version)}");
        }
    }

    public void OnResolved(IReadOnlyList<IPAddress> addresses) =>
        Pass("name", IPAddress.TryParse(options.Host, out _) ? $"{options.Host} is an address" : $"{options.Host} is {string.Join(", ", addresses.Take(8))}{(addresses.Count > 8 ? $" and {addresses.Count - 8} more" : "")}");

    public void OnConnected(EndPoint address) => Pass("tcp", $"{address} answers");

    public void OnCertificates(IReadOnlyList<X509Certificate2> chain) => _certificates = [.. chain.Select(CertificateReport.Of)];

    public void OnSecured(SslProtocols version, TlsCipherSuite cipher) =>
        Tell(new("tls", true, Elapsed(), $"{version.ToString().Replace("Tls1", "TLS 1.", StringComparison.Ordinal)}, {cipher}; certificate verified for '{options.Tls?.ServerName ?? options.Host}'", _certificates));

    private static string Name(MqttProtocolVersion version) => version == MqttProtocolVersion.V311 ? "MQTT 3.1.1" : "MQTT 5.0";

    private int Fail(ConnectFailure failure)
    {
        var (step, exitCode) = failure.Step switch
        {
            ConnectStep.Files => ("files", failure.Exception is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Configuration),
            ConnectStep.Resolve => ("name", ExitCode.Unavailable),
            ConnectStep.Connect => ("tcp", ExitCode.Unavailable),
            ConnectStep.Tls => ("tls", ExitCode.Unavailable),
            _ => ("mqtt", ExitCode.Unavailable),
        };
        var isAboutClient = failure.Kind is ConnectFailureKind.NotAuthorized or ConnectFailureKind.ClientIdRejected;
        var advice = isAboutClient ? $" (This trial is client '{options.ClientId}'; a broker that only knows the agent's own client id refuses it for that.)" : "";
        Tell(new(step, false, Elapsed(), failure.Message + advice, step == "tls" ? _certificates : null));
        return failure.IsCredential ? ExitCode.Permission : exitCode;
    }

    private async Task<int> UseAsync(MqttConnection connection, TrialAnswers answers, string? topic, CancellationToken cancellationToken)
    {
        await using (connection)
        {
            using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                var exitCode = Judge(connection.Connack);
                exitCode = exitCode == ExitCode.Ok ? await RoundTripAsync(connection, deadline.Token) : exitCode;
                exitCode = exitCode == ExitCode.Ok && topic is not null ? await PublishAsync(connection, answers, topic, deadline.Token) : exitCode;
                await connection.DisconnectAsync(DisconnectReasonCode.NormalDisconnection, deadline.Token);
                return exitCode;
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                Tell(new(topic is null || _steps[^1].Step == "mqtt" ? "round trip" : "publish", false, Elapsed(), $"no answer within {options.ConnectTimeout.TotalSeconds} s, though the broker took the connection. Is the link good, and the broker well?"));
                return ExitCode.Unavailable;
            }
        }
    }

    private int Judge(ConnackProperties broker)
    {
        if (broker.MaximumQos == MqttQos.AtMostOnce)
        {
            Tell(new("mqtt", false, Elapsed(), "the broker takes the connection and no QoS 1 (its Maximum QoS is 0): the agent would deliver nothing. Allow QoS 1 for this client at the broker."));
            return ExitCode.Unavailable;
        }

        Pass("mqtt", broker.Protocol == MqttProtocolVersion.V311 ? Name(broker.Protocol) : string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(broker.Protocol)}; takes {broker.ReceiveMaximum} unacknowledged messages, of {Quantity.Bytes(broker.MaximumPacketSize)} at most; keep-alive {broker.KeepAlive.TotalSeconds:0} s{(broker.RetainAvailable ? "" : "; no retained messages")}"));
        return ExitCode.Ok;
    }

    /// <summary>Takes back a subscription that there never was: every broker must answer that, whatever the client may do, and nothing changes.</summary>
    private async Task<int> RoundTripAsync(MqttConnection connection, CancellationToken cancellationToken)
    {
        var shortest = double.MaxValue;
        for (var i = 0; i < RoundTrips; i++)
        {
            _ = Elapsed();
            var outcome = await connection.UnsubscribeAsync([Nowhere], cancellationToken);
            shortest = Math.Min(shortest, Elapsed());
            if (outcome.Status != SubscribeStatus.Answered)
            {
                Tell(new("round trip", false, shortest, $"the broker took the connection and ended it again. Look into its log for '{options.ClientId}'."));
                return ExitCode.Unavailable;
            }
        }

        Tell(new("round trip", true, shortest, $"the broker answers; the shortest of {RoundTrips}"));
        return ExitCode.Ok;
    }

    private async Task<int> PublishAsync(MqttConnection connection, TrialAnswers answers, string topic, CancellationToken cancellationToken)
    {
        var status = connection.TryPublish(
            new MqttPublish
            {
                Topic = Encoding.UTF8.GetBytes(topic),
                Payload = """{"test":"edgeagent connect"}"""u8,
                Qos = MqttQos.AtLeastOnce,
                IsUtf8Payload = true,
                ContentType = "application/json"u8,
            },
            token: 1);
        var answer = status == PublishStatus.Sent ? await answers.Acknowledgement.WaitAsync(cancellationToken) : null;
        var (text, exitCode) = PublishAnswer.Read(topic, status, answer, connection.Connack.Protocol);
        Tell(new("publish", exitCode == ExitCode.Ok, Elapsed(), text));
        return exitCode;
    }

    private void Pass(string step, string text) => Tell(new(step, true, Elapsed(), text));

    private void Tell(ConnectionStep step)
    {
        _steps.Add(step);
        tell(step);
    }

    /// <summary>Since the step before, milliseconds.</summary>
    private double Elapsed()
    {
        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_since, now);
        _since = now;
        return Math.Round(elapsed.TotalMilliseconds, 1);
    }
}
