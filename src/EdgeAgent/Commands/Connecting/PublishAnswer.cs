using EdgeAgent.Mqtt;

namespace EdgeAgent.Commands.Connecting;

/// <summary>Says for people what became of the message that a trial published. Pure.</summary>
internal static class PublishAnswer
{
    /// <param name="topic">Where it went.</param>
    /// <param name="status">Whether it was sent.</param>
    /// <param name="answer">The broker's; null: the connection ended first, or it was not sent.</param>
    /// <param name="protocol">3.1.1 has no way to refuse.</param>
    public static (string Text, int ExitCode) Read(string topic, PublishStatus status, PublishAcknowledgement? answer, MqttProtocolVersion protocol)
    {
        if (status != PublishStatus.Sent)
        {
            return ($"'{topic}' cannot be published to at this broker: {status}.", ExitCode.Unavailable);
        }

        if (answer is not { } acknowledgement)
        {
            return ($"the broker cut the connection when it got a message for '{topic}'. Its access rules may do that: look there, and into its log.", ExitCode.Permission);
        }

        var words = acknowledgement.ReasonString is { } said ? $" It says: {said}" : "";
        var code = acknowledgement.ReasonCode;
        return (code.Verdict(), code) switch
        {
            (PubackVerdict.Accepted, PubackReasonCode.NoMatchingSubscribers) => ($"'{topic}' acknowledged; nobody subscribes to it now", ExitCode.Ok),
            (PubackVerdict.Accepted, _) when protocol == MqttProtocolVersion.V311 =>
                ($"'{topic}' acknowledged (with MQTT 3.1.1 a broker also acknowledges what it then drops for missing rights)", ExitCode.Ok),
            (PubackVerdict.Accepted, _) => ($"'{topic}' acknowledged", ExitCode.Ok),
            (PubackVerdict.NotAuthorized, _) => ($"this client may not publish to '{topic}': change the broker's access rules, or the topic.{words}", ExitCode.Permission),
            _ => ($"the broker refused the message for '{topic}' with {code} (0x{(int)code:X2}).{words}", ExitCode.Unavailable),
        };
    }
}
