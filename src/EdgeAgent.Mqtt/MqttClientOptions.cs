namespace EdgeAgent.Mqtt;

/// <summary>Where to connect, as whom, and within which limits. Immutable. Checked by the constructor of <see cref="MqttClient"/>.</summary>
public sealed record MqttClientOptions
{
    /// <summary>The name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65 535. The default is 1883; brokers listen for TLS on 8883 by convention.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Null for plain TCP. The default is null.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>5.0, 3.1.1 or whichever of them the broker speaks. The default is <see cref="MqttProtocolVersion.Auto"/>.</summary>
    public MqttProtocolVersion Protocol { get; init; }

    /// <summary>Unique at the broker. Empty, the default, lets the broker choose one; with MQTT 3.1.1 that needs <see cref="CleanStart"/>.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Null, the default, sends none.</summary>
    public string? Username { get; init; }

    /// <summary>Bytes, usually UTF-8 text. Null, the default, sends none. MQTT 3.1.1 has no password without a user name.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>
    /// Whole seconds, 0 to 65 535 s; the broker may set another (Server Keep Alive). Zero switches keep-alive and its deadlines off,
    /// and a dead link is then noticed by TCP alone. The default is 60 s.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether the first connection begins a new session. The default is true. When false, or when <see cref="SessionExpiry"/> is not zero,
    /// the client keeps the session: see <see cref="MqttClient"/>.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>
    /// How long the broker keeps the session after the link is lost, in whole seconds; <see cref="TimeSpan.MaxValue"/> for ever.
    /// MQTT 3.1.1 knows only for ever (not clean) and zero (clean). The default is zero.
    /// </summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>MQTT 5.0: how many incoming QoS 1 messages may wait for their acknowledgement, 1 to 65 535. Enforced. The default is 100.</summary>
    public int ReceiveMaximum { get; init; } = 100;

    /// <summary>The largest packet taken from the broker, in bytes; a larger one ends the connection before memory is spent on it. At least 128. The default is 256 KiB.</summary>
    public int MaximumPacketSize { get; init; } = 256 * 1024;

    /// <summary>MQTT 5.0: how many topic aliases the broker may define, 0 to 65 535. The default is zero.</summary>
    public int TopicAliasMaximum { get; init; }

    /// <summary>How many bytes may wait for the socket before <see cref="PublishStatus.BufferFull"/>. At least 1 KiB. The default is 256 KiB.</summary>
    public int OutputBufferSize { get; init; } = 256 * 1024;

    /// <summary>Null, the default, for none.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>MQTT 5.0: sent with CONNECT. The default is none.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    /// <summary>For everything from the name's look-up to CONNACK, all addresses and both protocol versions included. The default is 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether this client keeps session state from one connection to the next.</summary>
    internal bool KeepsSession => !CleanStart || SessionExpiry > TimeSpan.Zero;
}
