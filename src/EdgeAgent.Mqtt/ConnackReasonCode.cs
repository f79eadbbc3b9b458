namespace EdgeAgent.Mqtt;

/// <summary>The reason codes of CONNACK (MQTT 5.0, section 3.2.2.2). The return codes of MQTT 3.1.1 appear as the 5.0 code of the same meaning.</summary>
public enum ConnackReasonCode
{
    /// <summary>Connected.</summary>
    Success = 0x00,

    /// <summary>The broker does not say why.</summary>
    UnspecifiedError = 0x80,

    /// <summary>The broker could not read the CONNECT.</summary>
    MalformedPacket = 0x81,

    /// <summary>The CONNECT broke a rule of the protocol.</summary>
    ProtocolError = 0x82,

    /// <summary>Valid, but not accepted by this broker.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The broker does not speak this version of MQTT.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>The broker does not accept the client id.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>The user name or the password is wrong.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>The client may not connect.</summary>
    NotAuthorized = 0x87,

    /// <summary>The broker is not available.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The broker is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>The client has been banned.</summary>
    Banned = 0x8A,

    /// <summary>The broker does not know the authentication method.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>The broker does not accept the will's topic.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The CONNECT is above the broker's limit.</summary>
    PacketTooLarge = 0x95,

    /// <summary>A limit of the broker or the account is reached.</summary>
    QuotaExceeded = 0x97,

    /// <summary>The will's payload is not what its format indicator says.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The broker has no retained messages, and the will is one.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The will's QoS is above the broker's Maximum QoS.</summary>
    QosNotSupported = 0x9B,

    /// <summary>Use another server for now; see the server reference.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>Use another server from now on; see the server reference.</summary>
    ServerMoved = 0x9D,

    /// <summary>Connections came at too high a rate.</summary>
    ConnectionRateExceeded = 0x9F,
}
