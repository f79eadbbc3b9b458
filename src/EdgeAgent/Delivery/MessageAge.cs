using EdgeAgent.Queue;

namespace EdgeAgent.Delivery;

/// <summary>
/// How old a message is. Within a boot the boot clock tells, which no step of the wall clock can move; across boots the wall clock, if it
/// was sure at both ends; otherwise nobody knows, and nothing expires. Pure.
/// </summary>
internal static class MessageAge
{
    /// <summary>The age in milliseconds, never negative; null where it cannot be known.</summary>
    public static long? Of(in QueuedMessage message, string bootId, long bootNow, long wallOffset, bool isSynchronized)
    {
        if (message.Era.BootId == bootId)
        {
            return Math.Max(0, bootNow - message.BootTime);
        }

        return message.Era.IsSynchronized && isSynchronized ? Math.Max(0, wallOffset + bootNow - message.WallTime) : null;
    }

    /// <summary>
    /// What is left of the message's expiry, in the whole seconds of MQTT 5 (section 3.3.2.3.3), rounded up, at least 1; null for a message
    /// without expiry. The queue removes what has expired; what is on its way at that moment still goes.
    /// </summary>
    public static uint? RemainingSeconds(in QueuedMessage message, string bootId, long bootNow, long wallOffset, bool isSynchronized)
    {
        if (message.Envelope.Expiry is not { } expiry)
        {
            return null;
        }

        var age = Of(message, bootId, bootNow, wallOffset, isSynchronized) ?? 0;
        return (uint)Math.Clamp(Math.Ceiling((expiry.TotalMilliseconds - age) / 1000), 1, uint.MaxValue);
    }
}
