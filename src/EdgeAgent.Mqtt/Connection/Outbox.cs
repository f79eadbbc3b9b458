using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Session;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// Everything that goes out. Publishers copy their packets into the buffer under the gate; one loop writes what has gathered, many
/// packets at a time. All methods are thread-safe but <see cref="RunAsync"/>, which runs once.
/// </summary>
internal sealed partial class Outbox
{
    private readonly Lock _gate = new();
    private readonly SendSignal _signal = new();
    private readonly ConnackProperties _limits;
    private readonly LinkWatch _watch;
    private readonly bool _keepsPackets;

    // Guarded by the gate.
    private readonly OutputBuffer _output;
    private readonly InFlightTable _inFlight;
    private readonly PublishWindow _window;
    private readonly IncomingAcknowledgements _incoming;
    private bool _isWaiting;
    private bool _isEnded;
    private bool _isRoomWanted;
    private int _requests;

    public Outbox(ConnackProperties limits, MqttClientOptions options, InFlightTable inFlight, LinkWatch watch)
    {
        _limits = limits;
        _watch = watch;
        _inFlight = inFlight;
        _window = new PublishWindow(inFlight, limits.ReceiveMaximum);
        _keepsPackets = options.KeepsSession;
        _output = new OutputBuffer(options.OutputBufferSize);

        // A broker of 3.1.1 was not told of any maximum.
        _incoming = new IncomingAcknowledgements(limits.Protocol == MqttProtocolVersion.V5 ? options.ReceiveMaximum : ushort.MaxValue);
    }

    /// <summary>How many QoS 1 publishes are unacknowledged.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Count;
            }
        }
    }

    /// <inheritdoc cref="MqttConnection.TryPublish"/>
    public PublishStatus TryPublish(in MqttPublish message, long token)
    {
        if (!PublishEncoder.IsValid(message))
        {
            return PublishStatus.Invalid;
        }

        if (message.Qos > _limits.MaximumQos || (message.Retain && !_limits.RetainAvailable))
        {
            return PublishStatus.Unsupported; // [MQTT-3.2.2-11], [MQTT-3.2.2-14]
        }

        var packet = new PublishEncoder(message, _limits.Protocol);
        var size = packet.Size;
        if (size > _limits.MaximumPacketSize)
        {
            return PublishStatus.TooLarge; // [MQTT-3.2.2-15]
        }

        lock (_gate)
        {
            if (_isEnded)
            {
                return PublishStatus.Closed;
            }

            var isAcknowledged = message.Qos == MqttQos.AtLeastOnce;
            if (isAcknowledged && !_window.HasRoom)
            {
                return PublishStatus.WindowFull;
            }

            if (!_output.TryReserve((int)size, out var place))
            {
                _isRoomWanted = true;
                return PublishStatus.BufferFull;
            }

            var id = isAcknowledged ? AddPublish_NeedsGate(token) : (ushort)0;
            packet.Write(place, id);
            if (isAcknowledged && _keepsPackets)
            {
                _inFlight.Keep(id, place);
            }

            Wake_NeedsGate();
        }

        return PublishStatus.Sent;
    }

    /// <summary>Sends a control packet; false when the connection has ended or the broker does not take so large a packet.</summary>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            if (_isEnded || packet.Length > _limits.MaximumPacketSize)
            {
                return false;
            }

            packet.CopyTo(_output.Reserve(packet.Length));
            Wake_NeedsGate();
            return true;
        }
    }

    /// <summary>Takes a packet id for a request, or zero when the connection has ended or no id is free.</summary>
    public ushort AddRequest()
    {
        lock (_gate)
        {
            if (_isEnded || !_inFlight.HasFreeId)
            {
                return 0;
            }

            if (_requests++ == 0)
            {
                _watch.RequestBegan();
            }

            return _inFlight.AddRequest();
        }
    }

    /// <summary>Frees the packet id of a request.</summary>
    public void RemoveRequest(ushort packetId)
    {
        lock (_gate)
        {
            if (_inFlight.TryRemoveRequest(packetId))
            {
                _requests--;
                _watch.RequestEnded(_requests > 0);
            }
        }
    }

    /// <summary>Notes an incoming QoS 1 message.</summary>
    public IncomingStatus AddIncoming(ushort packetId)
    {
        lock (_gate)
        {
            return _incoming.Add(packetId);
        }
    }

    /// <summary>The caller's answer to an incoming QoS 1 message.</summary>
    public void Acknowledge(ushort packetId, PubackReasonCode code)
    {
        lock (_gate)
        {
            _incoming.Answer(packetId, code);
            SendPubacks_NeedsGate();
        }
    }

    /// <summary>Ends publishes that the broker has answered.</summary>
    /// <param name="acknowledgements">With the packet ids for tokens; the known ones are moved to the front and given their tokens.</param>
    /// <returns>How many were known. PUBACKs for ids that are not in flight are dropped: they cost nothing and mean nothing.</returns>
    public int Resolve(Span<PublishAcknowledgement> acknowledgements)
    {
        var known = 0;
        lock (_gate)
        {
            foreach (var acknowledgement in acknowledgements)
            {
                if (_window.TryAcknowledge((ushort)acknowledgement.Token, out var token))
                {
                    acknowledgements[known++] = acknowledgement with { Token = token };
                }
            }

            if (known > 0)
            {
                NoteOldest_NeedsGate();
                Resend_NeedsGate();
            }
        }

        return known;
    }

    /// <summary>Takes nothing more; the loop writes what has gathered, then this packet, and ends.</summary>
    /// <param name="farewell">The last packet; empty for none.</param>
    public void End(ReadOnlySpan<byte> farewell)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _isEnded = true;
                farewell.CopyTo(_output.Reserve(farewell.Length));
                Wake_NeedsGate();
            }
        }
    }

    /// <summary>The connection is over. Gives what is still unacknowledged: how many, and the token of the oldest.</summary>
    public (int Count, long? Oldest) Close()
    {
        lock (_gate)
        {
            _inFlight.RemoveRequests();
            return (_inFlight.Count, _inFlight.Oldest == 0 ? null : _inFlight.Token(_inFlight.Oldest));
        }
    }

    private ushort AddPublish_NeedsGate(long token)
    {
        var now = _watch.Now;
        var id = _inFlight.AddPublish(token, now);
        if (_inFlight.Count == 1)
        {
            _watch.InFlightBegan(now);
        }

        return id;
    }

    private void NoteOldest_NeedsGate() => _watch.Acknowledged(
        _inFlight.Count > 0,
        _inFlight.IsOldestOvertaken ? _inFlight.SentAt(_inFlight.Oldest) : null);

    private void Wake_NeedsGate()
    {
        if (_isWaiting)
        {
            _isWaiting = false;
            _signal.Wake();
        }
    }
}
