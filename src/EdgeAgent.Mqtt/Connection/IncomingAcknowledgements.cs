namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// The incoming QoS 1 messages that wait for the caller's acknowledgement. Their PUBACKs leave in the order in which the messages
/// came [MQTT-4.6.0-2], so one that is acknowledged early waits for those before it. Not thread-safe: the connection's gate guards it.
/// </summary>
/// <param name="maximum">The Receive Maximum that CONNECT announced.</param>
internal sealed class IncomingAcknowledgements(int maximum)
{
    private readonly Queue<ushort> _order = new();
    private readonly Dictionary<ushort, PubackReasonCode?> _answers = [];

    /// <summary>Notes a message that came. False when it is more than the broker may send [MQTT-3.3.4-9].</summary>
    public bool TryAdd(ushort packetId)
    {
        if (_answers.ContainsKey(packetId))
        {
            // Sent again before we answered: 3.1.1 brokers may. One PUBACK answers both.
            return true;
        }

        if (_answers.Count >= maximum)
        {
            return false;
        }

        _answers.Add(packetId, null);
        _order.Enqueue(packetId);
        return true;
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
