namespace EdgeAgent.Mqtt;

/// <summary>The reason codes of PUBACK (MQTT 5.0, section 3.4.2.1). MQTT 3.1.1 has none: a PUBACK there is <see cref="Success"/>.</summary>
public enum PubackReasonCode
{
    /// <summary>The broker has taken the message.</summary>
    Success = 0x00,

    /// <summary>The broker has taken the message, and nobody subscribes to its topic now.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>The broker does not say why it refused the message.</summary>
    UnspecifiedError = 0x80,

    /// <summary>Valid, but not accepted for a reason of this broker's own.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>This client may not publish to this topic.</summary>
    NotAuthorized = 0x87,

    /// <summary>The broker does not accept this topic.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet id is in use at the broker: the two sides disagree about the session.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>The message is above a limit of the broker. Not among PUBACK's codes in the specification; brokers send it, and so does this library for a kept message that a new connection's limits forbid.</summary>
    PacketTooLarge = 0x95,

    /// <summary>A limit of the broker or of this client's account is reached.</summary>
    QuotaExceeded = 0x97,

    /// <summary>The payload is not what its format indicator says.</summary>
    PayloadFormatInvalid = 0x99,
}

/// <summary>What a PUBACK means for the one who holds the message.</summary>
public enum PubackVerdict
{
    /// <summary>The broker has it.</summary>
    Accepted,

    /// <summary>This message will never be accepted, and others may be: set it aside.</summary>
    MessageAtFault,

    /// <summary>The same message may be accepted later.</summary>
    TryLater,

    /// <summary>The state of the connection is at fault: connect again and offer the message again.</summary>
    LinkAtFault,

    /// <summary>Not permitted on this topic until someone changes the broker's access rules.</summary>
    NotAuthorized,
}

/// <summary>Sorts the reason codes of PUBACK by what to do.</summary>
public static class PubackReasonCodes
{
    /// <summary>What the code means for the holder of the message. A code the specification does not know counts by its top bit (section 2.4): below 0x80 accepted, else try later.</summary>
    public static PubackVerdict Verdict(this PubackReasonCode code) => code switch
    {
        PubackReasonCode.TopicNameInvalid or PubackReasonCode.PayloadFormatInvalid or PubackReasonCode.PacketTooLarge => PubackVerdict.MessageAtFault,
        PubackReasonCode.NotAuthorized => PubackVerdict.NotAuthorized,
        PubackReasonCode.PacketIdentifierInUse => PubackVerdict.LinkAtFault,
        _ => (int)code < 0x80 ? PubackVerdict.Accepted : PubackVerdict.TryLater,
    };
}
