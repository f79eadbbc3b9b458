using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>
/// Makes TLS out of TCP. Nothing is written to the stream before the chain, the name and the dates of the broker's certificate have
/// been verified; there is no way to switch that off.
/// </summary>
internal static class TlsHandshake
{
    /// <summary>Null when the broker is verified, else why not.</summary>
    public static async Task<ConnectFailure?> RunAsync(
        SslStream stream, MqttClientOptions options, MqttTlsOptions tls, TlsFiles files, IConnectObserver? observer, CancellationToken deadline)
    {
        var name = tls.ServerName ?? options.Host;
        var verdict = new CertificateVerdict(name, observer);
        try
        {
            await stream.AuthenticateAsClientAsync(Authentication(name, tls, files, verdict), deadline);
            observer?.OnSecured(stream.SslProtocol, stream.NegotiatedCipherSuite);
            return null;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or CryptographicException or ArgumentException)
        {
            // The last two: a certificate, or a name, that .NET cannot even read.
            return verdict.Failure(exception) ?? TlsFailures.Broken(options, exception);
        }
    }

    private static SslClientAuthenticationOptions Authentication(string name, MqttTlsOptions tls, TlsFiles files, CertificateVerdict verdict)
    {
        var policy = new X509ChainPolicy
        {
            // Gateways seldom reach a revocation server, and would not connect at all then.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (files.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return new SslClientAuthenticationOptions
        {
            TargetHost = name,
#pragma warning disable CA5398 // Named on purpose: the system's default may be configured down to what MQTT brokers must not be spoken to with.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = verdict.Judge,
            ClientCertificateContext = files.Client,
            ApplicationProtocols = tls.ApplicationProtocols is [] ? null : [.. tls.ApplicationProtocols.Select(protocol => new SslApplicationProtocol(protocol))],

            // A resumed session would go on with what was verified, and shown, before the files were renewed.
            AllowTlsResume = false,
        };
    }
}
