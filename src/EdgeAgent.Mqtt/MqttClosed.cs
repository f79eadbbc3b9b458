namespace EdgeAgent.Mqtt;

/// <summary>Why a connection ended.</summary>
public enum MqttClosedKind
{
    /// <summary>By <see cref="MqttConnection.DisconnectAsync"/> or by disposing the connection.</summary>
    ByCaller,

    /// <summary>The broker sent DISCONNECT; the reason code tells why.</summary>
    ByBroker,

    /// <summary>Another client connected with the same client id.</summary>
    SessionTakenOver,

    /// <summary>Taken over twice in a row: two clients fight over one id, and connecting again would only go on with it.</summary>
    ClientIdInUse,

    /// <summary>The link broke, or the broker closed it without a word.</summary>
    ConnectionLost,

    /// <summary>The broker was silent for longer than keep-alive allows.</summary>
    KeepAliveTimeout,

    /// <summary>The broker answers pings, and has left a publish unacknowledged for 1.5 keep-alive periods.</summary>
    AcknowledgementTimeout,

    /// <summary>The broker sent something that the specification forbids.</summary>
    ProtocolError,

    /// <summary>A call of <see cref="IMqttConnectionHandler"/> threw: a mistake in the program.</summary>
    HandlerFailed,

    /// <summary>This library met an error that it does not know: a mistake in it; see the exception.</summary>
    Failed,
}

/// <summary>The end of a connection.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people: what happened, and what can be done about it.</param>
public sealed record MqttClosed(MqttClosedKind Kind, string Message)
{
    /// <summary>The code of the DISCONNECT that was received or sent, or null.</summary>
    public DisconnectReasonCode? ReasonCode { get; init; }

    /// <summary>The broker's own words, or null.</summary>
    public string? ReasonString { get; init; }

    /// <summary>Another server to use, in the broker's words, or null.</summary>
    public string? ServerReference { get; init; }

    /// <summary>The token of the QoS 1 publish that was sent first of those still unacknowledged, or null when there was none.</summary>
    public long? OldestUnacknowledged { get; init; }

    /// <summary>How many QoS 1 publishes were unacknowledged.</summary>
    public int Unacknowledged { get; init; }

    /// <summary>The unexpected error behind it, if there was one.</summary>
    public Exception? Exception { get; init; }
}
