using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Commands;
using EdgeAgent.Commands.Connecting;
using EdgeAgent.Mqtt;
using EdgeAgent.Tests.Mqtt;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Commands;

/// <summary>Every step that may fail, against a real mosquitto where there is one to be had.</summary>
public sealed class ConnectionTrialTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    [SkippableFact]
    public async Task A_good_broker_passes_every_step_and_the_steps_are_told_as_they_happen()
    {
        await using var broker = await Mosquitto.StartAsync();
        var told = new List<string>();
        var report = await TrialAsync(Plain(broker.Port), topic: "pi/test", tell: step => told.Add(step.Step));
        Assert.Equal((true, ExitCode.Ok), (report.Ok, report.ExitCode));
        Assert.Equal(["name", "tcp", "mqtt", "round trip", "publish"], told);
        Assert.Equal(told, report.Steps.Select(static step => step.Step));
        Assert.Contains("nobody subscribes to it now", report.Steps[^1].Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_a_topic_nothing_is_published()
    {
        await using var broker = await Mosquitto.StartAsync();
        Assert.Equal(["name", "tcp", "mqtt", "round trip"], (await TrialAsync(Plain(broker.Port))).Steps.Select(static step => step.Step));
    }

    [SkippableFact]
    public async Task The_chain_is_shown_with_its_dates()
    {
        using var server = _certificates.Server("localhost");
        await using var broker = await TlsAsync(server);
        var report = await TrialAsync(Secure(broker.Port));
        Assert.True(report.Ok, report.Steps[^1].Text);
        var tls = report.Steps.Single(static step => step.Step == "tls");
        Assert.Matches(@"^TLS 1\.[23], TLS_\w+; certificate verified for 'localhost'$", tls.Text);
        var certificates = tls.Certificates!;
        Assert.Equal([("CN=broker", "CN=Test CA"), ("CN=Test CA", "CN=Test CA")], certificates.Select(static one => (one.Subject, one.Issuer)));
        Assert.Equal(server.NotAfter.ToUniversalTime(), certificates[0].NotAfter.UtcDateTime);
    }

    [SkippableFact]
    public async Task An_expired_certificate_fails_at_tls_and_is_shown()
    {
        using var server = _certificates.ExpiredServer("localhost");
        await using var broker = await TlsAsync(server);
        var report = await TrialAsync(Secure(broker.Port));
        var step = Failed(report, "tls", ExitCode.Unavailable, "clock is wrong");
        Assert.Equal("CN=broker", step.Certificates![0].Subject);
        Assert.Contains("EXPIRED 2 d ago", ConnectionText.Step(step, new DateTimeOffset(server.NotAfter.ToUniversalTime().AddDays(2))), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_certificate_for_another_host_fails_at_tls()
    {
        using var server = _certificates.Server("other.example");
        await using var broker = await TlsAsync(server);
        Failed(await TrialAsync(Secure(broker.Port)), "tls", ExitCode.Unavailable, "is for 'other.example', not for 'localhost'");
    }

    [SkippableFact]
    public async Task An_unknown_authority_fails_at_tls()
    {
        using var server = TestCertificates.OtherServer("localhost");
        await using var broker = await TlsAsync(server);
        Failed(await TrialAsync(Secure(broker.Port)), "tls", ExitCode.Unavailable, "'CN=Other CA', which is not trusted");
    }

    [SkippableFact]
    public async Task A_missing_client_certificate_is_a_missing_right()
    {
        using var server = _certificates.Server("localhost");
        await using var broker = await TlsAsync(server, "require_certificate true");
        var report = await TrialAsync(Secure(broker.Port));
        Assert.Equal(ExitCode.Permission, report.ExitCode);
        Assert.Contains("client certificate", report.Steps[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_fails_before_anything_is_looked_up()
    {
        var options = Secure(1) with { Tls = new MqttTlsOptions { CaFile = "/nonexistent/ca.pem" } };
        Failed(await TrialAsync(options), "files", ExitCode.Configuration, "/nonexistent/ca.pem");
    }

    [Fact]
    public async Task A_name_that_is_not_there_fails_at_name() =>
        Failed(await TrialAsync(Plain(1883) with { Host = "nowhere.invalid" }), "name", ExitCode.Unavailable, "'nowhere.invalid'");

    [Fact]
    public async Task A_closed_port_fails_at_tcp()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Failed(await TrialAsync(Plain(port)), "tcp", ExitCode.Unavailable, "refused the connection");
    }

    [Fact]
    public async Task A_black_hole_fails_at_tcp_after_the_time_given()
    {
        // A full backlog makes the kernel drop what comes, as a firewall does.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var filling = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await filling.ConnectAsync(listener.LocalEndPoint!);
        var options = Plain(((IPEndPoint)listener.LocalEndPoint!).Port) with { ConnectTimeout = TimeSpan.FromSeconds(3) };
        Failed(await TrialAsync(options), "tcp", ExitCode.Unavailable, "did not come within 3 s. Is the address right, and does a firewall drop the packets?");
    }

    [Fact]
    public async Task A_broker_that_says_nothing_fails_at_mqtt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new FakeTimeProvider();
        var trying = TrialAsync(Plain(((IPEndPoint)listener.LocalEndpoint).Port), time: time);
        using var client = await listener.AcceptSocketAsync();
        await client.ReceiveAsync(new byte[1]);
        time.Advance(TimeSpan.FromMinutes(1));
        Failed(await trying, "mqtt", ExitCode.Unavailable, "Is it an MQTT broker");
    }

    [SkippableFact]
    public async Task A_wrong_password_is_a_missing_right_and_is_not_repeated()
    {
        await using var broker = await Mosquitto.StartAsync(
            "allow_anonymous false\npassword_file {folder}/passwords", ("passwords", MosquittoPassword.Line("gw", "right")));
        var report = await TrialAsync(Plain(broker.Port) with { Username = "gw", Password = "geheim"u8.ToArray() });
        Failed(report, "mqtt", ExitCode.Permission, "'gw'");
        Assert.DoesNotContain(report.Steps, static step => step.Text.Contains("geheim", StringComparison.Ordinal));
        Assert.True((await TrialAsync(Plain(broker.Port) with { Username = "gw", Password = "right"u8.ToArray() })).Ok);
    }

    [SkippableFact]
    public async Task A_topic_that_the_broker_forbids_fails_at_publish()
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous true\nacl_file {folder}/rules", ("rules", "topic write pi/#\n"));
        Failed(await TrialAsync(Plain(broker.Port), "other/t"), "publish", ExitCode.Permission, "may not publish to 'other/t'");
        Assert.True((await TrialAsync(Plain(broker.Port), "pi/t")).Ok);
    }

    [SkippableFact]
    public async Task An_acknowledgement_of_3_1_1_is_not_taken_for_a_right()
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous true\nacl_file {folder}/rules", ("rules", "topic write pi/#\n"));
        var report = await TrialAsync(Plain(broker.Port) with { Protocol = MqttProtocolVersion.V311 }, "other/t");
        Assert.True(report.Ok);
        Assert.Contains("also acknowledges what it then drops", report.Steps[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_of_the_other_version_is_tried_again_and_that_is_told()
    {
        await using var broker = new ScriptedBroker();
        var trying = TrialAsync(Plain(broker.Port));
        await using (var refused = await broker.AcceptAsync())
        {
            await refused.ReadAsync();
            await refused.SendAsync(Convert.FromHexString("20020001"));
        }

        var taken = await broker.AcceptAsync(Wire.Connack311);
        var request = await taken.ReadAsync();
        await taken.DisposeAsync();
        var report = await trying;
        Assert.Equal(["name", "tcp", "mqtt", "name", "tcp", "mqtt", "round trip"], report.Steps.Select(static step => step.Step));
        Assert.Contains("once more with MQTT 3.1.1", report.Steps[2].Text, StringComparison.Ordinal);
        Assert.NotNull(request);
        Failed(report, "round trip", ExitCode.Unavailable, "ended it again");
    }

    [Fact]
    public async Task A_broker_without_qos_1_fails_at_mqtt()
    {
        await using var broker = new ScriptedBroker();
        var trying = TrialAsync(Plain(broker.Port) with { Protocol = MqttProtocolVersion.V5 });
        await using var side = await broker.AcceptAsync(Convert.FromHexString("20050000022400"));
        Failed(await trying, "mqtt", ExitCode.Unavailable, "Allow QoS 1");
    }

    [Theory]
    [InlineData(5, "EXPIRES in 5 d")]
    [InlineData(31, "31 days left")]
    [InlineData(-1, "EXPIRED 1 d ago")]
    public void The_end_of_a_certificate_is_told(int days, string words)
    {
        var now = DateTimeOffset.Parse("2026-11-22T10:00:00Z", CultureInfo.InvariantCulture);
        var step = new ConnectionStep("tls", true, 1, "fine", [new("CN=a", "CN=b", now.AddDays(-100), now.AddDays(days))]);
        Assert.Contains(words, ConnectionText.Step(step, now), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_broker_says_cannot_steer_the_terminal() =>
        Assert.DoesNotContain('\u001b', ConnectionText.Step(new("mqtt", false, 1, "It says: \u001b[2J"), default));

    public void Dispose() => _certificates.Dispose();

    private static ConnectionStep Failed(ConnectionReport report, string step, int exitCode, string words)
    {
        var last = report.Steps[^1];
        Assert.Equal((step, false, false, exitCode), (last.Step, last.Ok, report.Ok, report.ExitCode));
        Assert.Contains(words, last.Text, StringComparison.Ordinal);
        return last;
    }

    private static Task<ConnectionReport> TrialAsync(MqttClientOptions options, string? topic = null, Action<ConnectionStep>? tell = null, TimeProvider? time = null) =>
        new ConnectionTrial(options, time ?? TimeProvider.System, tell ?? (static _ => { })).RunAsync("mqtt://test", topic, CancellationToken.None).WaitAsync(ScriptedBroker.Patience);

    private static MqttClientOptions Plain(int port) => new() { Host = "127.0.0.1", Port = port, ClientId = "trial" };

    private MqttClientOptions Secure(int port) => new() { Host = "localhost", Port = port, ClientId = "trial", Tls = new MqttTlsOptions { CaFile = _certificates.CaFile } };

    private Task<Mosquitto> TlsAsync(X509Certificate2 server, string further = "")
    {
        var (certificate, key) = _certificates.Write("broker", server);
        return Mosquitto.StartAsync($"allow_anonymous true\ncafile {_certificates.CaFile}\ncertfile {certificate}\nkeyfile {key}\n{further}");
    }
}
