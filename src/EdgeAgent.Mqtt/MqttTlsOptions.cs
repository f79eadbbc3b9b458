namespace EdgeAgent.Mqtt;

/// <summary>
/// How to verify the broker, and how to prove who the client is. The files are PEM, and are read again at each connect, so a
/// renewed certificate works without a restart. TLS 1.2 and 1.3. The chain and the name are always verified; there is no switch for less.
/// </summary>
public sealed record MqttTlsOptions
{
    /// <summary>A PEM file with the authorities to trust, instead of the system's store. The default is null: the system's store.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client's certificate, followed by its intermediates if any. The default is null: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the key of the client's certificate, unencrypted. The default is null: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the broker's certificate must carry. The default is null: the host that is connected to.</summary>
    public string? ServerName { get; init; }

    /// <summary>Application protocols to offer (ALPN), such as <c>x-amzn-mqtt-ca</c> for AWS IoT on port 443. The default is none.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];
}
