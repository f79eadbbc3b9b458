namespace EdgeAgent.Mqtt.Transport;

/// <summary>Says for people why a TLS handshake broke off for another reason than the broker's certificate.</summary>
internal static class TlsFailures
{
    // The alerts of TLS (RFC 8446, section 6.2) as OpenSSL words them, that speak of the client's certificate.
    private static readonly string[] ClientCertificateAlerts =
        ["certificate required", "bad certificate", "certificate unknown", "certificate expired", "certificate revoked", "unsupported certificate", "unknown ca", "access denied", "decrypt error"];

    /// <summary>The failure of a handshake.</summary>
    public static ConnectFailure Broken(MqttClientOptions options, Exception exception)
    {
        var details = Details(exception);
        if (IsClientCertificate(details))
        {
            return ClientCertificate(options, ConnectStep.Tls, exception);
        }

        var (kind, what) = details switch
        {
            _ when Has(details, "wrong version number", "frame size", "corrupted frame", "packet length too long") =>
                (ConnectFailureKind.NotTls, "does not speak TLS on this port. Brokers speak TLS on 8883 by convention, and plain MQTT on 1883."),
            _ when Has(details, "unexpected EOF", "Connection reset") =>
                (ConnectFailureKind.TlsHandshakeFailed, "closed the connection during the TLS handshake. Does it speak TLS on this port, and does it want a client certificate?"),
            _ when Has(details, "handshake failure") && options.Tls?.CertificateFile is null =>
                (ConnectFailureKind.TlsHandshakeFailed, "refused the TLS handshake. It may want a client certificate, or a TLS version or cipher that is not allowed here."),
            _ => (ConnectFailureKind.TlsHandshakeFailed, $"and this machine found no common ground for TLS: {(exception.InnerException ?? exception).Message}"),
        };
        return new ConnectFailure(ConnectStep.Tls, kind, $"{options.Host}:{options.Port} {what}") { Exception = exception };
    }

    /// <summary>Whether the broker's last word was about the client's certificate.</summary>
    public static bool IsClientCertificate(Exception? exception) => exception is not null && IsClientCertificate(Details(exception));

    /// <summary>The broker wants a certificate, or not this one.</summary>
    public static ConnectFailure ClientCertificate(MqttClientOptions options, ConnectStep step, Exception exception)
    {
        var advice = options.Tls?.CertificateFile is { } file
            ? $"does not accept the client certificate '{file}'. Is it from the authority that the broker trusts, in date, and not revoked?"
            : "wants a client certificate, and none is configured.";
        return new ConnectFailure(step, ConnectFailureKind.ClientCertificateRefused, $"{options.Host}:{options.Port} {advice}") { Exception = exception };
    }

    private static bool IsClientCertificate(string details) => details.Contains("alert", StringComparison.OrdinalIgnoreCase) && Has(details, ClientCertificateAlerts);

    private static bool Has(string details, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (details.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Details(Exception exception)
    {
        var all = exception.Message;
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            all += " " + inner.Message;
        }

        return all;
    }
}
