using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>An authority of the tests' own and what it signs, also as PEM files in a temporary folder.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly string _folder = Directory.CreateTempSubdirectory("edgeagent-tls-").FullName;
    private readonly X509Certificate2 _authority = MakeAuthority("Test CA");

    public TestCertificates() => CaFile = Write("ca.pem", _authority.ExportCertificatePem());

    public string CaFile { get; }

    public string Folder => _folder;

    /// <summary>A broker's certificate, valid for these names and addresses.</summary>
    public X509Certificate2 Server(params string[] names) => Sign(_authority, "broker", names, Now.AddDays(-1), Now.AddDays(1));

    public X509Certificate2 ExpiredServer(params string[] names) => Sign(_authority, "broker", names, Now.AddDays(-3), Now.AddDays(-2));

    /// <summary>Signed by an authority that nobody trusts.</summary>
    public static X509Certificate2 OtherServer(params string[] names)
    {
        using var authority = MakeAuthority("Other CA");
        return Sign(authority, "broker", names, Now.AddDays(-1), Now.AddDays(1));
    }

    public static X509Certificate2 SelfSignedServer(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request("self", key, names).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return Loadable(certificate);
    }

    /// <summary>Of no authority, with any bytes where its names should be.</summary>
    public static X509Certificate2 SelfSignedServer(byte[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Malformed(key, names).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return Loadable(certificate);
    }

    /// <summary>A broker's certificate with any bytes where its names should be.</summary>
    public X509Certificate2 Server(byte[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Malformed(key, names).Create(_authority, Now.AddDays(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var certificate = signed.CopyWithPrivateKey(key);
        return Loadable(certificate);
    }

    /// <summary>Writes a client's certificate and key to two files.</summary>
    public (string CertificateFile, string KeyFile) Client(string name)
    {
        using var certificate = Sign(_authority, name, [], Now.AddDays(-1), Now.AddDays(1));
        return (Write($"{name}.pem", certificate.ExportCertificatePem()), WriteKey($"{name}.key", certificate));
    }

    /// <summary>Writes a certificate and its key to two files.</summary>
    public (string CertificateFile, string KeyFile) Write(string name, X509Certificate2 certificate) =>
        (Write($"{name}.pem", certificate.ExportCertificatePem()), WriteKey($"{name}.key", certificate));

    public string Write(string name, string pem)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, pem);
        return path;
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string WriteKey(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return Write(name, key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using var certificate = request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(10));
        return Loadable(certificate);
    }

    private static X509Certificate2 Sign(X509Certificate2 authority, string subject, string[] names, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Request(subject, key, names).Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        using var certificate = signed.CopyWithPrivateKey(key);
        return Loadable(certificate);
    }

    private static CertificateRequest Request(string subject, ECDsa key, string[] names)
    {
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternative.AddIpAddress(address);
            }
            else
            {
                alternative.AddDnsName(name);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternative.Build());
        }

        return request;
    }

    private static CertificateRequest Malformed(ECDsa key, byte[] names)
    {
        var request = Request("broker", key, []);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", names, critical: false));
        return request;
    }

    private static X509Certificate2 Loadable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}
