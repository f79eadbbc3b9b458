using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>broker.tls:</c> for addresses with mqtts. The files are PEM, and are read again at each connect.</summary>
internal static class TlsSection
{
    /// <summary>One byte tells the length (RFC 7301, 3.1).</summary>
    private const int LongestAlpn = 255;

    public static readonly Key<string?> CaFile = File("ca_file", "the authorities to trust, instead of those of the system", "/etc/edgeagent/ca.pem");

    public static readonly Key<string?> CertFile = File("cert_file", "the certificate of this agent, with its intermediates", "/etc/edgeagent/client.pem");

    public static readonly Key<string?> KeyFile = File("key_file", "the key of the certificate; otherwise it stands in cert_file", "/etc/edgeagent/client.key");

    public static readonly Key<string?> ServerName = Keys.OptionalText("server_name", "the name that the broker's certificate must carry; otherwise the host of the URL", "broker.example.com");

    public static readonly Key<string?> Alpn = Keys.OptionalText("alpn", "the protocol to ask for, such as x-amzn-mqtt-ca for AWS IoT on port 443", "x-amzn-mqtt-ca");

    public static readonly ImmutableArray<Key> All = [CaFile, CertFile, KeyFile, ServerName, Alpn];

    public static TlsConfig Bind(KeyValues values, FileReaders readers, ReadScope scope)
    {
        if (values.NodeOf(KeyFile) is { } key && !values.IsSet(CertFile))
        {
            scope.Error(key.Span, "broker.tls.key_file: a key without a certificate", "set cert_file too");
        }

        if (values.NodeOf(Alpn) is { } alpn && Encoding.UTF8.GetByteCount(values.Get(Alpn)!) > LongestAlpn)
        {
            scope.Error(alpn.Span, "broker.tls.alpn: longer than 255 bytes");
        }

        foreach (var file in new[] { CaFile, CertFile, KeyFile })
        {
            if (values.NodeOf(file) is not { } node || values.Get(file) is not { } path)
            {
                continue;
            }

            if (!System.IO.File.Exists(path))
            {
                scope.Warn(node.Span, $"broker.tls.{file.Name}: there is no such file, or this user cannot see it", "it is looked for again at each connect");
            }
            else if (readers.FindProblem(path) is { } problem)
            {
                scope.Warn(node.Span, $"broker.tls.{file.Name}: {problem}", readers.Hint(path));
            }
        }

        if (values.NodeOf(KeyFile) is { } secret && SourceLoader.IsReadableByEveryone(values.Get(KeyFile)!))
        {
            scope.Warn(secret.Span, "broker.tls.key_file: every user of this machine can read the key", readers.Hint(values.Get(KeyFile)!));
        }

        return new TlsConfig
        {
            CaFile = values.Get(CaFile),
            CertFile = values.Get(CertFile),
            KeyFile = values.Get(KeyFile),
            ServerName = values.Get(ServerName),
            Alpn = values.Get(Alpn),
        };
    }

    private static Key<string?> File(string name, string summary, string example) =>
        new(name, summary, new OptionalReferenceShape<string>(PathShape.Instance), null) { Example = example };
}
