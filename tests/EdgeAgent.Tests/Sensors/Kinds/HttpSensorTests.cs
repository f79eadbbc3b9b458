using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class HttpSensorTests
{
    [Fact]
    public async Task Places_in_the_answer_are_values()
    {
        await using var server = HttpServer.Answering("""{"main":{"temp":"21.5"},"list":[{"x":7}]}""");

        var observation = await ReadAsync(server, ("select", ImmutableDictionary<string, string>.Empty.Add("temperature", "main.temp").Add("x", "/list/0/x")));

        Assert.Equal([new NamedValue("temperature", Value.Of(21.5)), new("x", Value.Of(7))], observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task Headers_and_credentials_are_sent()
    {
        string? request = null;
        await using var server = HttpServer.Answering(async (text, stream, token) =>
        {
            request = text;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7"u8.ToArray(), token);
        });

        var observation = await ReadAsync(
            server, ("headers", ImmutableDictionary<string, string>.Empty.Add("X-Key", "abc").Add("User-Agent", "mine")), ("username", "me"), ("password", new Secret("pw")));

        Assert.Equal(Value.Of(7), observation.Values[0].Value);
        Assert.Contains("X-Key: abc\r\n", request, StringComparison.Ordinal);
        Assert.Contains("User-Agent: mine\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Authorization: Basic bWU6cHc=\r\n", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "missing")]
    [InlineData("403 Forbidden", "permission")]
    [InlineData("500 Oops", "io")]
    public async Task A_refusal_is_a_failure(string status, string kind)
    {
        await using var server = HttpServer.Answering("1", status);

        var failure = (await ReadAsync(server)).Failure;

        Assert.Equal(kind, failure?.Kind.Text());
        Assert.Contains(status[..3], failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("{\"a\":")]
    public async Task Rubbish_is_a_failure(string body)
    {
        await using var server = HttpServer.Answering(body);

        Assert.Equal(SensorFailureKind.Format, (await ReadAsync(server)).Failure?.Kind);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        await using var server = HttpServer.Answering(async (_, stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), token);
            while (true)
            {
                await stream.WriteAsync(new byte[65536], token);
            }
        });

        Assert.Contains("1 MiB", (await ReadAsync(server)).Failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_timeout()
    {
        await using var server = HttpServer.Answering((_, _, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
        await using var sensor = Some.Sensor(HttpSensor.Kind, null, ("url", server.Url));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.Equal(SensorFailureKind.Timeout, (await sensor.ReadAsync(deadline.Token).AsTask().WaitAsync(Some.Deadline)).Failure?.Kind);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_a_failure()
    {
        await using var server = HttpServer.Answering(
            async (_, stream, token) => await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n21.5"u8.ToArray(), token));

        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(server)).Failure?.Kind);
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(SensorFailureKind.Io, (await Some.ReadAsync(HttpSensor.Kind, null, ("url", $"http://127.0.0.1:{port}/"))).Failure?.Kind);
        Assert.Equal(SensorFailureKind.Io, (await Some.ReadAsync(HttpSensor.Kind, null, ("url", "http://no-such-host.invalid/"))).Failure?.Kind);
    }

    [Fact]
    public async Task A_server_is_believed_only_with_a_certificate_of_a_known_authority()
    {
        using var tree = new FixtureTree();
        using var certificate = Certificate("localhost");
        using var other = Certificate("localhost");
        tree.With("ca.pem", certificate.ExportCertificatePem()).With("other.pem", other.ExportCertificatePem()).With("rubbish.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
        await using var server = HttpServer.Answering("5", certificate: certificate);

        Assert.Equal(Value.Of(5), (await ReadAsync(server, ("ca_file", tree.Path("ca.pem")))).Values.SingleOrDefault().Value);
        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(server)).Failure?.Kind);
        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(server, ("ca_file", tree.Path("other.pem")))).Failure?.Kind);
        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(server, ("ca_file", tree.Path("none.pem")))).Failure?.Kind);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_believed()
    {
        using var tree = new FixtureTree();
        using var certificate = Certificate("elsewhere.example");
        tree.With("ca.pem", certificate.ExportCertificatePem());
        await using var server = HttpServer.Answering("5", certificate: certificate);

        Assert.Equal(SensorFailureKind.Io, (await ReadAsync(server, ("ca_file", tree.Path("ca.pem")))).Failure?.Kind);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static Task<Observation> ReadAsync(HttpServer server, params (string Name, object Value)[] settings) =>
        Some.ReadAsync(HttpSensor.Kind, null, [("url", server.Url), .. settings]);
}
