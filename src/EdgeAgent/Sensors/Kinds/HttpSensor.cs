using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>Something that answers GET with a number, JSON or another text. At most 1 MiB is taken, in the time that a read has.</summary>
internal sealed class HttpSensor(SensorConfig config) : ISensor
{
    private const int BodyLimit = 1024 * 1024;

    private static readonly Key<string> Url = Keys.RequiredText("url", "http:// or https:// address", "http://192.168.1.20/status.json");
    private static readonly Key<ImmutableDictionary<string, string>> Headers = Keys.TextMap("headers", "headers that are sent along", isSecret: true);
    private static readonly Key<string?> Username = Keys.OptionalText("username", "for servers that ask for one (Basic)");
    private static readonly Key<Secret?> Password = Keys.OptionalSecret("password", "its password; !secret name");
    private static readonly Key<string?> CaFile = Keys.OptionalText("ca_file", "PEM file of the authority that signed the server's certificate, where the system does not know it");

    public static readonly SensorKind Kind = new(
        "http", "a number or JSON from a web server", [Url, Headers, Username, Password, CaFile, .. TextParser.All],
        static (config, _) => new HttpSensor(config))
    {
        Check = static settings => Uri.TryCreate(settings.Get(Url), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? TextParser.Check(settings)
            : [new(Url, "not an address such as http://192.168.1.20/status")],
    };

    private readonly TextParser _parser = new(config.Settings);
    private HttpClient? _client;

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _client ??= Open();
            using var request = Request();
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return Observation.Failed(KindOf(response.StatusCode), string.Create(CultureInfo.InvariantCulture, $"the server answers {(int)response.StatusCode} {response.ReasonPhrase}"));
            }

            return await ReadBodyAsync(response, cancellationToken) is { } body
                ? _parser.Parse(body) ?? Observation.Failed(SensorFailureKind.Format, "nothing in the answer holds a value")
                : Observation.Failed(SensorFailureKind.Format, "the answer is longer than 1 MiB");
        }
        catch (OperationCanceledException)
        {
            return Observation.Failed(SensorFailureKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"no whole answer within {config.Timeout.TotalSeconds:0.###} s"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or CryptographicException or UnauthorizedAccessException)
        {
            return Observation.Failed(SensorFailureKind.Io, Explain(exception));
        }
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SensorFailureKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => SensorFailureKind.Permission,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => SensorFailureKind.Missing,
        _ => SensorFailureKind.Io,
    };

    private static string Explain(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: AuthenticationException tls } => $"TLS: {tls.Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the server's name is not known (DNS)",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } request => $"no connection: {request.InnerException?.Message ?? request.Message}",
        CryptographicException or UnauthorizedAccessException => $"ca_file: {exception.Message}",
        _ => exception.InnerException?.Message ?? exception.Message,
    };

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, config.Settings.Get(Url));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("edgeagent", null));
        if (config.Settings.Get(Username) is { } username)
        {
            var pair = Encoding.UTF8.GetBytes($"{username}:{config.Settings.Get(Password)?.Reveal()}");
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(pair));
        }

        foreach (var (name, value) in config.Settings.Get(Headers))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private HttpClient Open()
    {
        var tls = new SslClientAuthenticationOptions();
        if (config.Settings.Get(CaFile) is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            tls.CertificateChainPolicy = policy;
        }

#pragma warning disable CA2000 // The client disposes of its handler.
        return new HttpClient(new SocketsHttpHandler
        {
            // A name may get another address while the agent runs for months.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            UseCookies = false,
            SslOptions = tls,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
#pragma warning restore CA2000
    }

    /// <summary>Null where there is more than is taken.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + count > BodyLimit)
            {
                return null;
            }

            await body.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
