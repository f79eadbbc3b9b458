namespace EdgeAgent.Mqtt.Connection;

/// <summary>What has happened on a link, each as the time since it happened.</summary>
/// <param name="SinceSent">A packet was handed to the socket.</param>
/// <param name="SinceReceived">A packet, or a kilobyte of one, came in.</param>
/// <param name="SincePing">The PINGREQ that is unanswered was queued, or bytes before it arrived; null when there is none.</param>
/// <param name="SinceProgress">A PUBACK came, the first publish was queued, or bytes arrived with more on their way, whichever is the last; null with nothing in flight.</param>
/// <param name="SinceOvertaken">The oldest publish in flight was sent, if a younger one was acknowledged before it; else null.</param>
/// <param name="SinceAsked">As <paramref name="SinceProgress"/>, of subscribes and unsubscribes.</param>
internal readonly record struct LinkActivity(
    TimeSpan SinceSent, TimeSpan SinceReceived, TimeSpan? SincePing, TimeSpan? SinceProgress, TimeSpan? SinceOvertaken, TimeSpan? SinceAsked);

internal enum KeepAliveVerdict
{
    Fine,

    /// <summary>Send PINGREQ now.</summary>
    Ping,

    /// <summary>The broker is silent: the link is dead.</summary>
    Silent,

    /// <summary>The broker is there, and does not acknowledge.</summary>
    Unacknowledged,
}

/// <summary>
/// Decides when to ping and when to give a link up (section 3.1.2.10). Pings when nothing was sent or nothing received for three
/// quarters of the keep-alive, and allows six tenths of it for the answer, so a half-open link is found within 1.35 keep-alives of
/// its last sign of life. Any packet is a sign of life, not PINGRESP alone: on a slow link it may stand behind many others. As the
/// PINGREQ may stand behind a long publish, its time begins when it has left.
/// </summary>
internal static class KeepAlive
{
    private const double PingAfter = 0.75;
    private const double AnswerWithin = 0.6;
    private const double AcknowledgeWithin = 1.5;
    private const double CheckEvery = 0.25;

    /// <summary>What to do now.</summary>
    /// <param name="keepAlive">The one in force; not zero.</param>
    /// <param name="activity">As of now.</param>
    /// <param name="nextCheck">When to ask again.</param>
    public static KeepAliveVerdict Decide(TimeSpan keepAlive, in LinkActivity activity, out TimeSpan nextCheck)
    {
        nextCheck = keepAlive * CheckEvery;
        if (activity.SincePing is { } sincePing)
        {
            var silence = sincePing < activity.SinceReceived ? sincePing : activity.SinceReceived;
            if (silence >= keepAlive * AnswerWithin)
            {
                return KeepAliveVerdict.Silent;
            }

            nextCheck = Min(nextCheck, (keepAlive * AnswerWithin) - silence);
        }

        var longest = keepAlive * AcknowledgeWithin;
        if (activity.SinceProgress >= longest || activity.SinceOvertaken >= longest || activity.SinceAsked >= longest)
        {
            return KeepAliveVerdict.Unacknowledged;
        }

        if (activity.SincePing is null)
        {
            var quiet = activity.SinceSent > activity.SinceReceived ? activity.SinceSent : activity.SinceReceived;
            if (quiet >= keepAlive * PingAfter)
            {
                nextCheck = Min(nextCheck, keepAlive * AnswerWithin);
                return KeepAliveVerdict.Ping;
            }

            nextCheck = Min(nextCheck, (keepAlive * PingAfter) - quiet);
        }

        return KeepAliveVerdict.Fine;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
