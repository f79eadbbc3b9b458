using Microsoft.Extensions.Logging;

namespace EdgeAgent.Delivery;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "connected to {Broker} with MQTT {Protocol}; waiting: {Waiting}")]
    public static partial void Connected(ILogger logger, string broker, string protocol, string waiting);

    [LoggerMessage(3002, LogLevel.Warning, "no connection to {Broker}: {Reason}; trying again in {Delay:0.0} s, and so on; readings are queued")]
    public static partial void NoConnection(ILogger logger, string broker, string reason, double delay);

    [LoggerMessage(3003, LogLevel.Debug, "no connection to {Broker}, attempt {Attempt}: {Reason}; trying again in {Delay:0.0} s")]
    public static partial void StillNoConnection(ILogger logger, string broker, int attempt, string reason, double delay);

    [LoggerMessage(3004, LogLevel.Warning, "lost the connection to {Broker}: {Reason}; readings are queued")]
    public static partial void ConnectionLost(ILogger logger, string broker, string reason);

    [LoggerMessage(3005, LogLevel.Information, "disconnected from {Broker}: {Reason}; {Depth} messages stay queued")]
    public static partial void Disconnected(ILogger logger, string broker, string reason, long depth);

    [LoggerMessage(3006, LogLevel.Information, "announced {Count} values to Home Assistant on {Topic}")]
    public static partial void AnnouncedToHomeAssistant(ILogger logger, int count, string topic);

    [LoggerMessage(3007, LogLevel.Warning, "the broker does not let this client subscribe to {Topic} and {Birth}: sensors that were removed stay in Home Assistant, and after its restart they come back only with the next connection. Allow reading both topics at the broker")]
    public static partial void HomeAssistantNotHeard(ILogger logger, string topic, string birth);

    [LoggerMessage(3008, LogLevel.Information, "drained: waiting were {Waited}, and after {Seconds:0.0} s none is any more")]
    public static partial void Drained(ILogger logger, string waited, double seconds);

    [LoggerMessage(3009, LogLevel.Warning, "{Broker} takes connections and keeps none of them: {Reason}; trying again, and so on; readings are queued. A second client with the same client id does that, or a permission that is missing at the broker")]
    public static partial void ConnectionsDropped(ILogger logger, string broker, string reason);

    [LoggerMessage(3010, LogLevel.Warning, "{Broker} still keeps no connection, {Count} more since this was last said: {Reason}; readings are queued")]
    public static partial void ConnectionsStillDropped(ILogger logger, string broker, int count, string reason);

    [LoggerMessage(3011, LogLevel.Warning, "The link keeps changing: {Lines} more lines about it were left out. Now the broker {State}")]
    public static partial void LinkChangesLeftOut(ILogger logger, long lines, string state);
}
