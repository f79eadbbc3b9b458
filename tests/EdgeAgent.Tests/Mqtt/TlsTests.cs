using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

#pragma warning disable CA5398 // Each version is a case of its own.
    public static TheoryData<SslProtocols> Versions => [SslProtocols.Tls12, SslProtocols.Tls13];
#pragma warning restore CA5398

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_verified_broker_is_connected_to(SslProtocols version)
    {
        await using var broker = Broker(_certificates.Server("localhost"), options => options.EnabledSslProtocols = version);
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile });
        var side = await broker.AcceptAsync(Wire.Connack5);
        var outcome = await connecting;
        Assert.True(outcome.IsConnected, outcome.Failure?.Message);
        outcome.Connection.Publish("t", "over tls", 1);
        Assert.Equal("over tls", (await side.ReadAsync()).Text);
        await outcome.Connection.DisposeAsync();
    }

    [Fact]
    public async Task An_address_in_the_certificate_is_verified()
    {
        await using var broker = Broker(_certificates.Server("127.0.0.1"));
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile }, host: "127.0.0.1");
        await broker.AcceptAsync(Wire.Connack5);
        await (await connecting).Connection!.DisposeAsync();
    }

    [Fact]
    public async Task The_server_name_takes_the_place_of_the_host()
    {
        await using var broker = Broker(_certificates.Server("broker.example"));
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, ServerName = "broker.example" });
        await broker.AcceptAsync(Wire.Connack5);
        await (await connecting).Connection!.DisposeAsync();
    }

    [Fact]
    public Task A_certificate_for_another_name_gets_no_byte_of_connect() =>
        GetsNothing(_certificates.Server("other.example"), ConnectFailureKind.CertificateWrongHost, "other.example");

    [Fact]
    public Task A_certificate_for_another_address_gets_no_byte_of_connect() =>
        GetsNothing(_certificates.Server("127.0.0.2"), ConnectFailureKind.CertificateWrongHost, "127.0.0.2", host: "127.0.0.1");

    [Fact]
    public Task A_certificate_of_another_authority_gets_no_byte_of_connect() =>
        GetsNothing(TestCertificates.OtherServer("localhost"), ConnectFailureKind.CertificateUnknownIssuer, "Other CA");

    [Fact]
    public Task A_certificate_that_the_system_store_does_not_know_gets_no_byte_of_connect() =>
        GetsNothing(_certificates.Server("localhost"), ConnectFailureKind.CertificateUnknownIssuer, "Test CA", new MqttTlsOptions());

    [Fact]
    public Task An_expired_certificate_gets_no_byte_of_connect() =>
        GetsNothing(_certificates.ExpiredServer("localhost"), ConnectFailureKind.CertificateExpired, "clock");

    [Fact]
    public Task A_self_signed_certificate_gets_no_byte_of_connect() =>
        GetsNothing(TestCertificates.SelfSignedServer("localhost"), ConnectFailureKind.CertificateUnknownIssuer, "CN=self");

    [Theory]
    [InlineData("300787050102030405")] // an address of five bytes
    [InlineData("30038201FF")] // a name that is not ASCII
    [InlineData("FF")]
    public Task A_certificate_of_nobody_whose_names_cannot_be_read_is_a_failure_like_any_other(string names) =>
        GetsNothing(TestCertificates.SelfSignedServer(Convert.FromHexString(names)), ConnectFailureKind.CertificateUnknownIssuer, "CN=broker");

    [Theory]
    [InlineData("300787050102030405")]
    [InlineData("30038201FF")]
    public Task A_good_certificate_whose_names_cannot_be_read_is_for_another_host(string names) =>
        GetsNothing(_certificates.Server(Convert.FromHexString(names)), ConnectFailureKind.CertificateWrongHost, "names that cannot be read");

    [Theory]
    [InlineData("ü..ü")]
    [InlineData("x\0y")]
    public async Task A_server_name_that_is_none_is_a_failure_like_any_other(string serverName)
    {
        using var certificate = _certificates.Server("localhost");
        await using var broker = Broker(certificate);
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, ServerName = serverName });
        await Assert.ThrowsAnyAsync<Exception>(broker.AcceptAsync);

        Assert.Equal(ConnectStep.Tls, (await connecting).Failure?.Step);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_client_certificate_is_shown(SslProtocols version)
    {
        var (certificate, key) = _certificates.Client("gateway-7");
        string? subject = null;
        await using var broker = Broker(_certificates.Server("localhost"), options =>
        {
            RequireClient(options, version);
            options.RemoteCertificateValidationCallback = (_, shown, _, _) => (subject = shown?.Subject) is not null;
        });
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, CertificateFile = certificate, KeyFile = key });
        await broker.AcceptAsync(Wire.Connack5);
        await (await connecting).Connection!.DisposeAsync();
        Assert.Equal("CN=gateway-7", subject);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_broker_that_misses_the_client_certificate_reads_no_byte_of_connect_and_the_failure_says_so(SslProtocols version)
    {
        await using var broker = Broker(_certificates.Server("localhost"), options =>
        {
            RequireClient(options, version);
            options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        });
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile });
        await Assert.ThrowsAsync<AuthenticationException>(broker.AcceptAsync);

        // This broker closes without an alert; mosquitto, in its own test, sends one.
        var failure = (await connecting).Failure;
        Assert.Equal(ConnectFailureKind.ClosedByBroker, failure?.Kind);
        Assert.Contains("client certificate", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewed_files_are_read_at_the_next_connect()
    {
        await using var broker = Broker(_certificates.Server("localhost"));
        var caFile = _certificates.Write("renewed.pem", "nothing yet");
        var client = new MqttClient(Options(broker, new MqttTlsOptions { CaFile = caFile }, "localhost"));
        Assert.Equal(ConnectFailureKind.FileUnreadable, (await client.ConnectAsync(new RecordingHandler())).Failure?.Kind);
        File.Copy(_certificates.CaFile, caFile, overwrite: true);
        var connecting = client.ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync(Wire.Connack5);
        await (await connecting).Connection!.DisposeAsync();
    }

    [Fact]
    public async Task Application_protocols_are_offered()
    {
        SslStream? side = null;
        await using var broker = Broker(
            _certificates.Server("localhost"), options => options.ApplicationProtocols = [new("x-amzn-mqtt-ca")], stream => side = stream);
        var connecting = Connect(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, ApplicationProtocols = ["x-amzn-mqtt-ca"] });
        await broker.AcceptAsync(Wire.Connack5);
        await (await connecting).Connection!.DisposeAsync();
        Assert.Equal("x-amzn-mqtt-ca", side?.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task A_port_without_tls_is_told()
    {
        await using var broker = new ScriptedBroker();
        var connecting = Connect(broker, new MqttTlsOptions());
        var side = await broker.AcceptAsync();
        await side.SendAsync(Wire.Connack311);
        await side.SendAsync("HTTP/1.1 400 Bad Request"u8.ToArray());
        var failure = (await connecting).Failure!;
        Assert.Equal((ConnectStep.Tls, ConnectFailureKind.NotTls), (failure.Step, failure.Kind));
    }

    [Theory]
    [InlineData("missing.pem", null, "no such file")]
    [InlineData(null, "missing.key", "no such file")]
    [InlineData("other.key", "other.key", "PEM")]
    public async Task Unreadable_files_are_told_before_anything_is_connected(string? certificate, string? key, string words)
    {
        var (goodCertificate, _) = _certificates.Client("one");
        _certificates.Write("other.key", "garbage");
        var tls = new MqttTlsOptions
        {
            CertificateFile = certificate is null ? goodCertificate : Path.Combine(_certificates.Folder, certificate),
            KeyFile = key is null ? null : Path.Combine(_certificates.Folder, key),
        };
        var failure = (await new MqttClient(Some.Options(1) with { Tls = tls }).ConnectAsync(new RecordingHandler())).Failure!;
        Assert.Equal((ConnectStep.Files, ConnectFailureKind.FileUnreadable), (failure.Step, failure.Kind));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _certificates.Dispose();

    private async Task GetsNothing(
        X509Certificate2 certificate, ConnectFailureKind kind, string words, MqttTlsOptions? tls = null, string host = "localhost")
    {
        var received = new TaskCompletionSource<int>();
        await using var broker = new ScriptedBroker(async stream =>
        {
            var tlsStream = new SslStream(stream);
            try
            {
                await tlsStream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                received.SetResult(await tlsStream.ReadAsync(new byte[1]));
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                received.SetResult(0);
            }

            return stream;
        });
        var connecting = Connect(broker, tls ?? new MqttTlsOptions { CaFile = _certificates.CaFile }, host);
        await broker.AcceptAsync();
        var failure = (await connecting).Failure!;
        Assert.Equal((ConnectStep.Tls, kind), (failure.Step, failure.Kind));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, await received.Task);
    }

    private static ScriptedBroker Broker(X509Certificate2 certificate, Action<SslServerAuthenticationOptions>? change = null, Action<SslStream>? seen = null) =>
        new(async stream =>
        {
            var options = new SslServerAuthenticationOptions { ServerCertificate = certificate };
            change?.Invoke(options);
            var tls = new SslStream(stream);
            seen?.Invoke(tls);
            await tls.AuthenticateAsServerAsync(options);
            return tls;
        });

    private static void RequireClient(SslServerAuthenticationOptions options, SslProtocols version)
    {
        options.EnabledSslProtocols = version;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
    }

    private static Task<ConnectOutcome> Connect(ScriptedBroker broker, MqttTlsOptions tls, string host = "localhost") =>
        new MqttClient(Options(broker, tls, host)).ConnectAsync(new RecordingHandler()).WaitAsync(ScriptedBroker.Patience);

    private static MqttClientOptions Options(ScriptedBroker broker, MqttTlsOptions tls, string host) => Some.Options(broker.Port) with { Host = host, Tls = tls };
}
