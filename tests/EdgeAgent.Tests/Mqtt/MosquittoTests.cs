using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>The client against Debian's mosquitto.</summary>
public sealed class MosquittoTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    [SkippableTheory]
    [InlineData(MqttProtocolVersion.V5)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task What_is_published_comes_back_to_a_subscriber(MqttProtocolVersion version)
    {
        await using var broker = await Mosquitto.StartAsync();
        var (connection, handler) = await Connect(Some.Options(broker.Port) with { Protocol = version });
        await using (connection)
        {
            var subscribed = await connection.SubscribeAsync([new("gw/#")]);
            Assert.Equal([SubscriptionReasonCode.GrantedQos1], subscribed.Codes);
            Publish(connection, version);
            var message = await handler.MessageAsync();
            connection.Acknowledge(message.PacketId);
            Assert.Equal(("gw/t", "21.5"), (message.Topic, message.Payload));
            Assert.Equal(version == MqttProtocolVersion.V5 ? "id=1" : "", message.UserProperties);
            Assert.Equal(PubackVerdict.Accepted, (await handler.AcknowledgementAsync()).ReasonCode.Verdict());
            Assert.True((await connection.UnsubscribeAsync(["gw/#"])).IsSuccess);
            await connection.DisconnectAsync();
        }

        Assert.Equal(MqttClosedKind.ByCaller, (await handler.ClosedAsync()).Kind);
    }

    [SkippableFact]
    public async Task The_version_is_found_by_itself()
    {
        await using var broker = await Mosquitto.StartAsync();
        var (connection, _) = await Connect(Some.Options(broker.Port) with { Protocol = MqttProtocolVersion.Auto });
        await using (connection)
        {
            Assert.Equal(MqttProtocolVersion.V5, connection.Connack.Protocol);
        }
    }

    [SkippableFact]
    public async Task An_empty_client_id_is_assigned_by_the_broker()
    {
        await using var broker = await Mosquitto.StartAsync();
        var (connection, _) = await Connect(Some.Options(broker.Port) with { ClientId = "" });
        await using (connection)
        {
            Assert.NotEmpty(connection.Connack.ClientId);
        }
    }

    [SkippableTheory]
    [InlineData(MqttProtocolVersion.V5)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task A_wrong_password_is_told(MqttProtocolVersion version)
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous false\npassword_file {folder}/passwords", ("passwords", Passwords));
        var right = Some.Options(broker.Port) with { Protocol = version, Username = "gw", Password = "right"u8.ToArray() };
        var (connection, _) = await Connect(right);
        await connection.DisposeAsync();
        var failure = (await new MqttClient(right with { Password = "wrong"u8.ToArray() }).ConnectAsync(new RecordingHandler())).Failure;
        Assert.True(failure is { Step: ConnectStep.Connack, IsCredential: true, IsPermanent: true }, failure?.Message);
        Assert.Contains("'gw'", failure!.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_topic_that_the_access_rules_forbid_is_answered_with_not_authorised()
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous true\nacl_file {folder}/acl", ("acl", "topic write allowed/#\n"));
        var (connection, handler) = await Connect(Some.Options(broker.Port));
        await using (connection)
        {
            connection.Publish("forbidden/t", "x", 1);
            connection.Publish("allowed/t", "x", 2);
            var answers = new[] { await handler.AcknowledgementAsync(), await handler.AcknowledgementAsync() };
            Assert.Equal(
                [(1, PubackVerdict.NotAuthorized), (2, PubackVerdict.Accepted)],
                answers.Select(answer => (answer.Token, answer.ReasonCode.Verdict())));
        }
    }

    [SkippableTheory]
    [InlineData("tlsv1.2")]
    [InlineData("tlsv1.3")]
    public async Task Tls_with_a_client_certificate_works(string version)
    {
        await using var broker = await StartTls(version, requireClient: true);
        var (certificate, key) = _certificates.Client("gateway");
        var (connection, handler) = await Connect(Tls(broker, new() { CaFile = _certificates.CaFile, CertificateFile = certificate, KeyFile = key }));
        await using (connection)
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal(PublishStatus.Sent, connection.Publish("t", new string('x', 100), i));
                Assert.Equal(i, (await handler.AcknowledgementAsync()).Token);
            }

            await connection.DisconnectAsync();
        }
    }

    [SkippableTheory]
    [InlineData("tlsv1.2")]
    [InlineData("tlsv1.3")]
    public async Task A_missing_client_certificate_is_told(string version)
    {
        await using var broker = await StartTls(version, requireClient: true);
        var failure = (await new MqttClient(Tls(broker, new() { CaFile = _certificates.CaFile })).ConnectAsync(new RecordingHandler())).Failure;
        Assert.True(failure?.Kind == ConnectFailureKind.ClientCertificateRefused, $"{failure?.Message}: {failure?.Exception}");
        Assert.Contains("none is configured", failure!.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("tlsv1.2")]
    [InlineData("tlsv1.3")]
    public async Task A_client_certificate_of_another_authority_is_told(string version)
    {
        await using var broker = await StartTls(version, requireClient: true);
        using var other = new TestCertificates();
        var (certificate, key) = other.Client("stranger");
        var options = Tls(broker, new() { CaFile = _certificates.CaFile, CertificateFile = certificate, KeyFile = key });
        var failure = (await new MqttClient(options).ConnectAsync(new RecordingHandler())).Failure;
        Assert.True(failure?.Kind == ConnectFailureKind.ClientCertificateRefused, $"{failure?.Message}: {failure?.Exception}");
        Assert.Contains("stranger", failure!.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_plain_connection_to_a_tls_port_and_the_reverse_are_told()
    {
        await using var secure = await StartTls("tlsv1.3", requireClient: false);
        var plainly = (await new MqttClient(Some.Options(secure.Port)).ConnectAsync(new RecordingHandler())).Failure;
        Assert.True(plainly?.Kind is ConnectFailureKind.ClosedByBroker or ConnectFailureKind.ProtocolError, plainly?.Message);
        Assert.Contains("TLS", plainly!.Message, StringComparison.Ordinal);

        await using var plain = await Mosquitto.StartAsync();
        var securely = (await new MqttClient(Tls(plain, new() { CaFile = _certificates.CaFile })).ConnectAsync(new RecordingHandler())).Failure;
        Assert.Equal((ConnectStep.Tls, ConnectFailureKind.TlsHandshakeFailed), (securely!.Step, securely.Kind));
        Assert.Contains("Does it speak TLS", securely.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_second_client_with_the_same_id_ends_the_first_connection()
    {
        await using var broker = await Mosquitto.StartAsync();
        var (first, handler) = await Connect(Some.Options(broker.Port));
        await using (first)
        {
            var (second, _) = await Connect(Some.Options(broker.Port));
            await using (second)
            {
                // mosquitto 2.0.11 closes without the DISCONNECT that it should send.
                Assert.True((await handler.ClosedAsync()).Kind is MqttClosedKind.SessionTakenOver or MqttClosedKind.ConnectionLost);
            }
        }
    }

    public void Dispose() => _certificates.Dispose();

    // "right", as mosquitto_passwd hashes it.
    private static string Passwords => MosquittoPassword.Line("gw", "right");

    private static void Publish(MqttConnection connection, MqttProtocolVersion version)
    {
        var properties = new UserPropertyList(stackalloc byte[32]);
        Assert.True(properties.TryAdd("id"u8, "1"u8));
        var message = new MqttPublish { Topic = "gw/t"u8, Payload = "21.5"u8, Qos = MqttQos.AtLeastOnce, UserProperties = properties, MessageExpirySeconds = 60 };
        Assert.Equal(PublishStatus.Sent, connection.TryPublish(message, (long)version));
    }

    private Task<Mosquitto> StartTls(string version, bool requireClient)
    {
        using var server = _certificates.Server("localhost");
        var (certificate, key) = _certificates.Write("broker", server);
        return Mosquitto.StartAsync(
            $"allow_anonymous true\ncafile {_certificates.CaFile}\ncertfile {certificate}\nkeyfile {key}\ntls_version {version}\nrequire_certificate {(requireClient ? "true" : "false")}");
    }

    private static MqttClientOptions Tls(Mosquitto broker, MqttTlsOptions tls) => Some.Options(broker.Port) with { Tls = tls with { ServerName = "localhost" } };

    private static async Task<(MqttConnection Connection, RecordingHandler Handler)> Connect(MqttClientOptions options)
    {
        var handler = new RecordingHandler();
        var outcome = await new MqttClient(options).ConnectAsync(handler);
        Assert.True(outcome.IsConnected, outcome.Failure?.Message);
        return (outcome.Connection, handler);
    }
}
