using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>Accepts the broker's certificate only when .NET finds no fault in it, and remembers the fault to explain it.</summary>
/// <param name="name">The name or address that the certificate must carry.</param>
/// <param name="observer">Is shown the certificates; null: nobody.</param>
internal sealed class CertificateVerdict(string name, IConnectObserver? observer)
{
    private SslPolicyErrors _errors;
    private X509ChainStatusFlags _chain;
    private string _issuer = "";
    private string _names = "";
    private string _dates = "";

    /// <summary>The callback of the handshake.</summary>
    public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (chain is not null)
        {
            observer?.OnCertificates([.. chain.ChainElements.Select(static element => element.Certificate)]);
        }

        _errors = errors;
        _chain = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (errors != SslPolicyErrors.None && certificate is X509Certificate2 broker)
        {
            _issuer = broker.Issuer;
            _dates = string.Create(CultureInfo.InvariantCulture, $"{broker.NotBefore.ToUniversalTime():yyyy-MM-dd} to {broker.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            _names = Names(broker);
        }

        return errors == SslPolicyErrors.None;
    }

    /// <summary>What was wrong with the certificate, or null when it was something else.</summary>
    public ConnectFailure? Failure(Exception exception) => Explain() is var (kind, what)
        ? new ConnectFailure(ConnectStep.Tls, kind, $"The broker's certificate {what} Nothing was sent.") { Exception = exception }
        : null;

    private (ConnectFailureKind Kind, string What)? Explain()
    {
        if (_errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (_errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return (ConnectFailureKind.CertificateInvalid, "is missing.");
        }

        if ((_chain & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return (ConnectFailureKind.CertificateUnknownIssuer, $"was issued by '{_issuer}', which is not trusted. Name that authority's certificate as the CA file, or install it on this machine.");
        }

        if (_errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return (ConnectFailureKind.CertificateWrongHost, $"is for {_names}, not for '{name}'. Connect to a name that it carries, or set the server name.");
        }

        return _chain.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? (ConnectFailureKind.CertificateExpired, $"is valid from {_dates} (or one above it is out of date). If that includes today, this machine's clock is wrong.")
            : (ConnectFailureKind.CertificateInvalid, $"is bad: {_chain}.");
    }

    private static string Names(X509Certificate2 certificate)
    {
        try
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
            var all = names.SelectMany(extension => extension.EnumerateDnsNames())
                .Concat(names.SelectMany(extension => extension.EnumerateIPAddresses()).Select(address => address.ToString()))
                .Select(known => $"'{known}'").ToList();
            return all.Count > 0 ? string.Join(", ", all) : $"no host at all (its subject is '{certificate.Subject}', and it has no subject alternative name)";
        }
        catch (CryptographicException)
        {
            // Anybody may send such bytes, whom nobody has verified yet.
            return "names that cannot be read";
        }
    }
}
