using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Transport;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>Says for people why a broker did not take the connection.</summary>
internal static class ConnectFailures
{
    /// <summary>The broker closed instead of answering.</summary>
    public static ConnectFailure Closed(ConnectedTransport transport, MqttClientOptions options, IOException? exception)
    {
        // With TLS 1.3 a broker judges the client's certificate after our side of the handshake is over: its alert comes now, or the
        // socket breaks before it can be read.
        if (transport.IsTls && exception is not null && (options.Tls?.CertificateFile is null || TlsFailures.IsClientCertificate(exception)))
        {
            return TlsFailures.ClientCertificate(options, ConnectStep.Connack, exception);
        }

        // Some close without an alert.
        var certificate = transport.IsTls && options.Tls?.CertificateFile is null ? " Does it want a client certificate? None is configured." : "";
        return new ConnectFailure(
            ConnectStep.Connack, ConnectFailureKind.ClosedByBroker,
            $"{options.Host}:{options.Port} closed the connection instead of answering CONNECT. Is it an MQTT broker, is the port right (with or without TLS), and does it accept this client id and user?{certificate}")
        {
            Exception = exception,
        };
    }

    /// <summary>What came is no CONNACK.</summary>
    public static ConnectFailure NoConnack(MqttClientOptions options, PacketError? error) => new(
        ConnectStep.Connack, ConnectFailureKind.ProtocolError,
        $"{options.Host}:{options.Port} did not answer CONNECT as an MQTT broker does: it sent {error?.Message ?? "another packet first"}. Is the port right?");

    /// <summary>The broker claims to have a session that this client does not have [MQTT-3.2.2-4].</summary>
    public static ConnectFailure UnexpectedSession(MqttClientOptions options) => new(
        ConnectStep.Connack, ConnectFailureKind.ProtocolError, $"{options.Host}:{options.Port} answered a clean start with an old session.");

    /// <summary>The broker refused.</summary>
    public static ConnectFailure Refused(ConnackPacket connack, MqttClientOptions options, string clientId)
    {
        var (kind, what) = Explain(connack.Code, options, clientId);
        var message = $"{options.Host}:{options.Port} refused the connection: {what}";
        if (connack.Properties.ServerReference is { } reference)
        {
            message += $" It names another server: {reference}";
        }

        if (connack.Properties.ReasonString is { } words)
        {
            message += $" It says: {words}";
        }

        return new ConnectFailure(ConnectStep.Connack, kind, message)
        {
            ReasonCode = connack.Code,
            ReasonString = connack.Properties.ReasonString,
            ServerReference = connack.Properties.ServerReference,
        };
    }

    private static (ConnectFailureKind Kind, string What) Explain(ConnackReasonCode code, MqttClientOptions options, string clientId) => code switch
    {
        ConnackReasonCode.BadUserNameOrPassword => (ConnectFailureKind.BadCredentials, options.Username is null
            ? "it wants a user name and a password, and none is configured."
            : $"wrong password, or no such user as '{options.Username}'."),
        ConnackReasonCode.NotAuthorized => (ConnectFailureKind.NotAuthorized, options.Username is null
            ? "not authorised. It probably wants a user name and a password."
            : $"'{options.Username}' is not authorised. Check the user name, the password and the broker's access rules."),
        ConnackReasonCode.Banned => (ConnectFailureKind.NotAuthorized, "this client is banned."),
        ConnackReasonCode.BadAuthenticationMethod => (ConnectFailureKind.NotAuthorized, "it wants another method of authentication."),
        ConnackReasonCode.ClientIdentifierNotValid => (ConnectFailureKind.ClientIdRejected, $"it does not accept the client id '{clientId}'."),
        ConnackReasonCode.UnsupportedProtocolVersion => (ConnectFailureKind.UnsupportedProtocolVersion, "it does not speak the configured version of MQTT. Leave the version to 'auto'."),
        ConnackReasonCode.ServerUnavailable => (ConnectFailureKind.ServerUnavailable, "it is not available now."),
        ConnackReasonCode.ServerBusy => (ConnectFailureKind.ServerUnavailable, "it is busy."),
        ConnackReasonCode.QuotaExceeded => (ConnectFailureKind.ServerUnavailable, "a quota is used up."),
        ConnackReasonCode.ConnectionRateExceeded => (ConnectFailureKind.ServerUnavailable, "connections come faster than it allows."),
        ConnackReasonCode.UnspecifiedError => (ConnectFailureKind.ServerUnavailable, "it does not say why."),
        ConnackReasonCode.UseAnotherServer => (ConnectFailureKind.UseAnotherServer, "use another server for now."),
        ConnackReasonCode.ServerMoved => (ConnectFailureKind.UseAnotherServer, "it has moved."),
        ConnackReasonCode.TopicNameInvalid => (ConnectFailureKind.Refusal, $"it does not accept the will's topic '{options.Will?.Topic}'."),
        ConnackReasonCode.RetainNotSupported => (ConnectFailureKind.Refusal, "it has no retained messages, and the will is one."),
        ConnackReasonCode.QosNotSupported => (ConnectFailureKind.Refusal, "it does not offer the QoS of the will."),
        _ => (ConnectFailureKind.Refusal, $"{code} (0x{(int)code:X2})."),
    };
}
