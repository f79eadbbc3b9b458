using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Mqtt;

/// <summary>Either a connection or the reason why there is none.</summary>
public sealed class ConnectOutcome
{
    internal ConnectOutcome(MqttConnection connection) => Connection = connection;

    internal ConnectOutcome(ConnectFailure failure) => Failure = failure;

    /// <summary>True when <see cref="Connection"/> is there, false when <see cref="Failure"/> is.</summary>
    [MemberNotNullWhen(true, nameof(Connection))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsConnected => Connection is not null;

    /// <summary>The connection, which the caller disposes of.</summary>
    public MqttConnection? Connection { get; }

    /// <summary>Why there is none.</summary>
    public ConnectFailure? Failure { get; }
}

/// <summary>The steps of connecting, in their order.</summary>
public enum ConnectStep
{
    /// <summary>Reading the certificate files.</summary>
    Files,

    /// <summary>Looking the host's name up.</summary>
    Resolve,

    /// <summary>TCP, to every address of the name.</summary>
    Connect,

    /// <summary>The TLS handshake.</summary>
    Tls,

    /// <summary>CONNECT and its answer.</summary>
    Connack,
}

/// <summary>What went wrong.</summary>
public enum ConnectFailureKind
{
    /// <summary>None of the other kinds; the message tells.</summary>
    Other,

    /// <summary>The CA file, the client certificate or its key cannot be read.</summary>
    FileUnreadable,

    /// <summary>The host's name has no address, or no name server answers.</summary>
    NameNotFound,

    /// <summary>The host answers, and nothing listens on the port.</summary>
    Refused,

    /// <summary>No way to the host.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The other side does not speak TLS on this port.</summary>
    NotTls,

    /// <summary>The two sides have no TLS version, cipher or application protocol in common, or the handshake broke off.</summary>
    TlsHandshakeFailed,

    /// <summary>The broker's certificate has expired or is not valid yet; or this machine's clock is wrong.</summary>
    CertificateExpired,

    /// <summary>The broker's certificate is for another name.</summary>
    CertificateWrongHost,

    /// <summary>The broker's certificate comes from an authority that is not trusted.</summary>
    CertificateUnknownIssuer,

    /// <summary>The broker's certificate is bad in another way.</summary>
    CertificateInvalid,

    /// <summary>The broker did not accept the client's certificate, or wants one.</summary>
    ClientCertificateRefused,

    /// <summary>The broker closed the connection instead of answering CONNECT.</summary>
    ClosedByBroker,

    /// <summary>The broker's answer breaks the specification, or it is no MQTT broker.</summary>
    ProtocolError,

    /// <summary>The broker does not speak the version asked for.</summary>
    UnsupportedProtocolVersion,

    /// <summary>The broker does not accept the client id.</summary>
    ClientIdRejected,

    /// <summary>The user name or the password is wrong.</summary>
    BadCredentials,

    /// <summary>The client may not connect.</summary>
    NotAuthorized,

    /// <summary>The broker is busy, unavailable, or a limit is reached.</summary>
    ServerUnavailable,

    /// <summary>The broker names another server.</summary>
    UseAnotherServer,

    /// <summary>The broker refused CONNECT for another reason; see the code.</summary>
    Refusal,
}

/// <summary>Why there is no connection.</summary>
/// <param name="Step">Where it stopped.</param>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people: which step failed, how, and what to do.</param>
public sealed record ConnectFailure(ConnectStep Step, ConnectFailureKind Kind, string Message)
{
    /// <summary>The code of CONNACK, or null when it did not come to that.</summary>
    public ConnackReasonCode? ReasonCode { get; init; }

    /// <summary>The broker's own words, or null.</summary>
    public string? ReasonString { get; init; }

    /// <summary>Another server to use, in the broker's words, or null.</summary>
    public string? ServerReference { get; init; }

    /// <summary>True when the same attempt will fail until a person changes something here or at the broker; false when it may work by itself later.</summary>
    public bool IsPermanent => Kind is ConnectFailureKind.FileUnreadable or ConnectFailureKind.NotTls or ConnectFailureKind.CertificateWrongHost
        or ConnectFailureKind.CertificateUnknownIssuer or ConnectFailureKind.CertificateInvalid or ConnectFailureKind.ClientCertificateRefused
        or ConnectFailureKind.UnsupportedProtocolVersion or ConnectFailureKind.ClientIdRejected or ConnectFailureKind.Refusal
        || IsCredential;

    /// <summary>True when the user name, the password, the client certificate or the rights of the account are what the broker refused.</summary>
    public bool IsCredential => Kind is ConnectFailureKind.BadCredentials or ConnectFailureKind.NotAuthorized or ConnectFailureKind.ClientCertificateRefused;

    /// <summary>The error behind it, if there was one.</summary>
    public Exception? Exception { get; init; }
}
