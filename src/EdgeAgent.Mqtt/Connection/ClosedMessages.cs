using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>Says for people why a connection ended.</summary>
internal static class ClosedMessages
{
    public static MqttClosed ByBroker(DisconnectPacket disconnect)
    {
        var kind = disconnect.Code == DisconnectReasonCode.SessionTakenOver ? MqttClosedKind.SessionTakenOver : MqttClosedKind.ByBroker;
        var message = $"The broker ended the connection: {Explain(disconnect.Code)}.";
        if (disconnect.ServerReference is { } reference)
        {
            message += $" It names another server: {reference}";
        }

        if (disconnect.ReasonString is { } words)
        {
            message += $" It says: {words}";
        }

        return new MqttClosed(kind, message)
        {
            ReasonCode = disconnect.Code,
            ReasonString = disconnect.ReasonString,
            ServerReference = disconnect.ServerReference,
        };
    }

    private static string Explain(DisconnectReasonCode code) => code switch
    {
        DisconnectReasonCode.NormalDisconnection => "it gives no reason",
        DisconnectReasonCode.ServerShuttingDown => "it is shutting down",
        DisconnectReasonCode.ServerBusy => "it is busy",
        DisconnectReasonCode.KeepAliveTimeout => "it heard nothing from us within the keep-alive time",
        DisconnectReasonCode.SessionTakenOver => "another client connected with the same client id; give each client an id of its own",
        DisconnectReasonCode.NotAuthorized => "not authorised; look at the broker's access rules for this client",
        DisconnectReasonCode.PacketTooLarge => "a packet was larger than it takes",
        DisconnectReasonCode.ReceiveMaximumExceeded => "it says that more publishes were in flight than it allows",
        DisconnectReasonCode.QuotaExceeded => "a quota is used up",
        DisconnectReasonCode.MessageRateTooHigh => "messages came faster than it allows",
        DisconnectReasonCode.ConnectionRateExceeded => "connections came faster than it allows",
        DisconnectReasonCode.AdministrativeAction => "by an administrator",
        DisconnectReasonCode.UseAnotherServer => "use another server for now",
        DisconnectReasonCode.ServerMoved => "it has moved",
        DisconnectReasonCode.MaximumConnectTime => "the longest time for a connection is over",
        _ => $"{code} (0x{(int)code:X2})",
    };
}
