using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>The certificates of one connection, read from their files just before it.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly List<X509Certificate2> _loaded = [];

    private TlsFiles()
    {
    }

    /// <summary>The authorities to trust, or null for the system's.</summary>
    public X509Certificate2Collection? Authorities { get; private set; }

    /// <summary>The client's certificate with its key and intermediates, or null.</summary>
    public SslStreamCertificateContext? Client { get; private set; }

    /// <summary>Reads all files. Gives them or a failure.</summary>
    public static (TlsFiles? Files, ConnectFailure? Failure) Load(MqttTlsOptions options)
    {
        var files = new TlsFiles();
        var reading = "";
        try
        {
            if (options.CaFile is { } caFile)
            {
                reading = $"CA file '{caFile}'";
                files.Authorities = files.ReadCertificates(caFile);
            }

            if (options.CertificateFile is { } certificateFile)
            {
                reading = $"client certificate '{certificateFile}'";
                var chain = files.ReadCertificates(certificateFile);
                reading = $"key '{options.KeyFile ?? certificateFile}' of the client certificate";
                files.Client = files.ReadClient(certificateFile, options.KeyFile, chain);
            }

            return (files, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            files.Dispose();
            return (null, Unreadable(reading, exception));
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _loaded)
        {
            certificate.Dispose();
        }
    }

    private X509Certificate2Collection ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        _loaded.AddRange(certificates);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no certificate in PEM format");
    }

    private SslStreamCertificateContext ReadClient(string certificateFile, string? keyFile, X509Certificate2Collection chain)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        _loaded.Add(certificate);
        return SslStreamCertificateContext.Create(certificate, [.. chain.Skip(1)], offline: true);
    }

    private static ConnectFailure Unreadable(string what, Exception exception)
    {
        var advice = exception switch
        {
            UnauthorizedAccessException => "permission denied. The agent's user must be able to read it.",
            FileNotFoundException or DirectoryNotFoundException => "there is no such file.",
            CryptographicException => $"{exception.Message.TrimEnd('.')}. It must be PEM, and a key must be unencrypted and belong to its certificate.",
            _ => exception.Message,
        };
        return new ConnectFailure(ConnectStep.Files, ConnectFailureKind.FileUnreadable, $"The {what} cannot be used: {advice}") { Exception = exception };
    }
}
