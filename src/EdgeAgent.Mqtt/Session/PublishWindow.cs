namespace EdgeAgent.Mqtt.Session;

/// <summary>
/// Decides which QoS 1 publish may leave: never more unacknowledged on this connection than the broker's Receive Maximum
/// [MQTT-3.3.4-7], and what an earlier connection of the session left unacknowledged before anything new [MQTT-4.6.0-1]. Not
/// thread-safe: the connection's gate guards it.
/// </summary>
/// <param name="inFlight">Of the session.</param>
/// <param name="receiveMaximum">The broker's.</param>
internal sealed class PublishWindow(InFlightTable inFlight, int receiveMaximum)
{
    private ushort _nextToResend = inFlight.Oldest;
    private int _notResent = inFlight.Count;

    /// <summary>How many publishes are unacknowledged, those not sent again yet included.</summary>
    public int Count => inFlight.Count;

    /// <summary>Whether a new publish may leave now.</summary>
    public bool HasRoom => _notResent == 0 && inFlight.Count < receiveMaximum && inFlight.HasFreeId;

    /// <summary>The next publish of an earlier connection that may be sent again now, or nothing.</summary>
    public Span<byte> PeekResend() => _notResent > 0 && inFlight.Count - _notResent < receiveMaximum ? inFlight.KeptPacket(_nextToResend) : default;

    /// <summary>The publish of <see cref="PeekResend"/> has been sent.</summary>
    public void Resent(long now)
    {
        inFlight.SetSentAt(_nextToResend, now);
        _nextToResend = inFlight.Next(_nextToResend);
        _notResent--;
    }

    /// <summary>Ends a publish that the broker has answered. False when the id is not in flight on this connection.</summary>
    public bool TryAcknowledge(ushort packetId, out long token)
    {
        if (_notResent > 0 && inFlight.SentAt(packetId) == InFlightTable.NotSent)
        {
            // Not sent on this connection, so nothing of this connection answers it.
            token = 0;
            return false;
        }

        return inFlight.TryRemovePublish(packetId, out token);
    }

    /// <summary>
    /// Readies the publishes that an earlier connection of the session left unacknowledged.
    /// </summary>
    /// <param name="session">Its in-flight table.</param>
    /// <param name="broker">The limits of the new connection.</param>
    /// <returns>Those that the new limits forbid; they have been ended.</returns>
    public static IReadOnlyList<PublishAcknowledgement> Prepare(MqttSession session, ConnackProperties broker)
    {
        var forbidden = new List<PublishAcknowledgement>();
        var table = session.InFlight;
        for (var id = table.Oldest; id != 0;)
        {
            var next = table.Next(id);
            if (session.Protocol != broker.Protocol)
            {
                table.Keep(id, KeptPublish.Convert(table.KeptPacket(id), broker.Protocol));
            }

            var packet = table.KeptPacket(id);
            KeptPublish.MarkDuplicate(packet, broker.SessionPresent);
            if (KeptPublish.Refusal(packet, broker) is { } refusal && table.TryRemovePublish(id, out var token))
            {
                forbidden.Add(new PublishAcknowledgement(token, refusal, null));
            }

            else
            {
                table.SetSentAt(id, InFlightTable.NotSent);
            }

            id = next;
        }

        session.Protocol = broker.Protocol;
        return forbidden;
    }
}
