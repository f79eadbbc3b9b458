namespace EdgeAgent.Mqtt;

/// <summary>The reason codes of DISCONNECT (MQTT 5.0, section 3.14.2.1), in both directions.</summary>
public enum DisconnectReasonCode
{
    /// <summary>Closed normally; the broker does not publish the will.</summary>
    NormalDisconnection = 0x00,

    /// <summary>Closed normally, and the broker publishes the will.</summary>
    DisconnectWithWill = 0x04,

    /// <summary>The sender does not say why.</summary>
    UnspecifiedError = 0x80,

    /// <summary>A packet did not follow the specification's format.</summary>
    MalformedPacket = 0x81,

    /// <summary>A packet was unexpected or out of order.</summary>
    ProtocolError = 0x82,

    /// <summary>Valid, but cannot be processed by this implementation.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The client may not do what it asked for.</summary>
    NotAuthorized = 0x87,

    /// <summary>The broker is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>The broker is shutting down.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The broker heard nothing for one and a half keep-alive periods.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>Another connection with the same client id has taken the session over.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>A topic filter is not accepted by the broker.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>A topic is not accepted.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>More unacknowledged messages than the Receive Maximum.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>A topic alias of zero, above the maximum, or never defined.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>A packet above the Maximum Packet Size.</summary>
    PacketTooLarge = 0x95,

    /// <summary>Messages came at too high a rate.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A limit of the broker or the account is reached.</summary>
    QuotaExceeded = 0x97,

    /// <summary>Closed by an administrator.</summary>
    AdministrativeAction = 0x98,

    /// <summary>A payload is not what its format indicator says.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The broker has no retained messages.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The QoS is above the broker's Maximum QoS.</summary>
    QosNotSupported = 0x9B,

    /// <summary>Use another server for now; see the server reference.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>Use another server from now on; see the server reference.</summary>
    ServerMoved = 0x9D,

    /// <summary>The broker has no shared subscriptions.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Connections came at too high a rate.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>The maximum connection time is over.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>The broker has no subscription identifiers.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>The broker has no wildcard subscriptions.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}
