namespace EdgeAgent.Delivery;

/// <summary>Where the uplink stands.</summary>
internal enum UplinkState
{
    /// <summary>No broker is configured.</summary>
    None,

    /// <summary>An attempt to connect is under way.</summary>
    Connecting,

    /// <summary>Delivering.</summary>
    Connected,

    /// <summary>Waiting before the next attempt.</summary>
    Waiting,
}

/// <summary>A snapshot of the uplink.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Since">Since when.</param>
/// <param name="Broker">The address in use or tried last; null before the first attempt.</param>
/// <param name="Protocol">"5.0" or "3.1.1" while connected.</param>
/// <param name="LastError">Why the latest connection ended or the latest attempt failed; null if none did.</param>
/// <param name="Connections">How many connections there have been.</param>
internal sealed record UplinkStatus(
    UplinkState State, DateTimeOffset Since, string? Broker, string? Protocol, string? LastError, long Connections);
