namespace EdgeAgent.Mqtt;

/// <summary>When a broker sends the retained messages that match a new subscription (MQTT 5.0; 3.1.1 always sends them).</summary>
public enum RetainHandling
{
    /// <summary>At every subscribe.</summary>
    Send = 0,

    /// <summary>Only if the subscription did not exist.</summary>
    SendIfNew = 1,

    /// <summary>Never.</summary>
    DoNotSend = 2,
}

/// <summary>One topic filter to subscribe to, with at most QoS 1.</summary>
/// <param name="Filter">May hold the wildcards + and #; <c>$share/group/filter</c> shares it with others.</param>
public sealed record MqttSubscription(string Filter)
{
    /// <summary>The highest QoS wanted. The default is QoS 1.</summary>
    public MqttQos MaximumQos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>MQTT 5.0: leave out what this client itself publishes. Forbidden with a shared filter. The default is false.</summary>
    public bool NoLocal { get; init; }

    /// <summary>MQTT 5.0: keep the retain flag as published. The default is false.</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>MQTT 5.0. The default is <see cref="RetainHandling.Send"/>.</summary>
    public RetainHandling RetainHandling { get; init; }
}

/// <summary>The broker's answer for one filter (SUBACK, UNSUBACK; MQTT 5.0, sections 3.9.3 and 3.11.3).</summary>
public enum SubscriptionReasonCode
{
    /// <summary>Granted with QoS 0; or, for an unsubscribe, done.</summary>
    GrantedQos0 = 0x00,

    /// <summary>Granted with QoS 1.</summary>
    GrantedQos1 = 0x01,

    /// <summary>Granted with QoS 2, which was not asked for. The specification forbids it to the broker.</summary>
    GrantedQos2 = 0x02,

    /// <summary>Unsubscribe: there was no such subscription.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>Refused without a reason; the only refusal of MQTT 3.1.1.</summary>
    UnspecifiedError = 0x80,

    /// <summary>Refused by a rule of this broker's own.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>Not permitted.</summary>
    NotAuthorized = 0x87,

    /// <summary>The filter is not accepted.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>The packet id is in use at the broker.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>A limit is reached.</summary>
    QuotaExceeded = 0x97,

    /// <summary>No shared subscriptions here.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>No subscription identifiers here.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>No wildcard subscriptions here.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}

/// <summary>How a subscribe or an unsubscribe ended.</summary>
public enum SubscribeStatus
{
    /// <summary>The broker answered; look at each code.</summary>
    Answered,

    /// <summary>Not sent: the request breaks a rule or a limit of the broker; the message tells which.</summary>
    Invalid,

    /// <summary>The connection ended first.</summary>
    Closed,
}

/// <summary>The outcome of a subscribe or an unsubscribe.</summary>
/// <param name="Status">Whether the broker answered.</param>
/// <param name="Codes">One for each filter, in their order, when it did; else empty.</param>
/// <param name="Message">For people: what is wrong, empty when nothing is.</param>
public sealed record SubscribeOutcome(SubscribeStatus Status, IReadOnlyList<SubscriptionReasonCode> Codes, string Message)
{
    /// <summary>True when every filter was granted.</summary>
    public bool IsSuccess => Status == SubscribeStatus.Answered && Codes.All(code => (int)code < 0x80);

    /// <summary>The broker's own words, or null.</summary>
    public string? ReasonString { get; init; }
}
