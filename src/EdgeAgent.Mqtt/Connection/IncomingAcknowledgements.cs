namespace EdgeAgent.Mqtt.Connection;

/// <summary>What became of an incoming QoS 1 message.</summary>
internal enum IncomingStatus
{
    /// <summary>It waits for the caller's acknowledgement.</summary>
    Added,

    /// <summary>One with this packet id waits already.</summary>
    Known,

    /// <summary>More than the broker may send [MQTT-3.3.4-9].</summary>
    TooMany,
}

/// <summary>
/// The incoming QoS 1 messages that wait for the caller's acknowledgement. Their PUBACKs leave in the order in which the messages
/// came [MQTT-4.6.0-2], so one that is acknowledged early waits for those before it. Not thread-safe: the connection's gate guards it.
/// </summary>
/// <param name="maximum">The Receive Maximum that CONNECT announced.</param>
internal sealed class IncomingAcknowledgements(int maximum)
{
    private readonly Queue<ushort> _order = new();
    private readonly Dictionary<ushort, PubackReasonCode?> _answers = [];

    /// <summary>Notes a message that came.</summary>
    public IncomingStatus Add(ushort packetId)
    {
        if (_answers.ContainsKey(packetId))
        {
            return IncomingStatus.Known;
        }

        if (_answers.Count >= maximum)
        {
            return IncomingStatus.TooMany;
        }

        _answers.Add(packetId, null);
        _order.Enqueue(packetId);
        return IncomingStatus.Added;
    }

    /// <summary>The caller's answer. Ids that wait for none are ignored.</summary>
    public void Answer(ushort packetId, PubackReasonCode code)
    {
        if (_answers.TryGetValue(packetId, out var answer) && answer is null)
        {
            _answers[packetId] = code;
        }
    }

    /// <summary>The next PUBACK that may leave.</summary>
    public bool TryTake(out ushort packetId, out PubackReasonCode code)
    {
        if (_order.TryPeek(out packetId) && _answers[packetId] is { } answer)
        {
            code = answer;
            _order.Dequeue();
            _answers.Remove(packetId);
            return true;
        }

        code = default;
        return false;
    }
}
