using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// Reads the socket and acts on every packet. PUBACKs are gathered, and given to the handler once for each read. One loop runs it.
/// </summary>
internal sealed class ReceiveLoop
{
    private const int MaximumBatch = 1024;
    private const int ProgressBytes = 1024;

    private readonly ReceiveBuffer _buffer;
    private readonly MqttProtocolVersion _version;
    private readonly Outbox _outbox;
    private readonly PendingRequests _requests;
    private readonly HandlerCalls _handler;
    private readonly LinkWatch _watch;
    private readonly TopicAliases _aliases;
    private PublishAcknowledgement[] _acknowledgements = new PublishAcknowledgement[64];
    private int _acknowledged;
    private int _unfinishedBytes;

    public ReceiveLoop(
        ReceiveBuffer buffer, MqttProtocolVersion version, int topicAliasMaximum, Outbox outbox, PendingRequests requests, HandlerCalls handler, LinkWatch watch)
    {
        _buffer = buffer;
        _version = version;
        _outbox = outbox;
        _requests = requests;
        _handler = handler;
        _watch = watch;
        _aliases = new TopicAliases(topicAliasMaximum);
    }

    /// <summary>Reads until the broker closes, breaks the protocol or says goodbye; or ends with the transport's exception.</summary>
    /// <param name="stream">Read by this loop alone.</param>
    /// <returns>How the broker ended it.</returns>
    public async Task<MqttClosed> RunAsync(Stream stream)
    {
        while (true)
        {
            // First what came together with the CONNACK.
            if (HandlePackets() is { } end)
            {
                return end;
            }

            var count = await stream.ReadAsync(_buffer.Free());
            if (count == 0)
            {
                return new MqttClosed(MqttClosedKind.ConnectionLost, "The broker closed the connection without a word.");
            }

            _buffer.Add(count);
            NoteUnfinished(count);
        }
    }

    private MqttClosed? HandlePackets()
    {
        MqttClosed? end = null;
        var isFirst = true;
        while (end is null)
        {
            var status = _buffer.TryTake(out var frame, out var body, out var error);
            if (status == FrameStatus.Incomplete)
            {
                break;
            }

            if (isFirst)
            {
                // Before anybody hears of the packet: what follows from it may take long.
                isFirst = false;
                _unfinishedBytes = 0;
                _watch.Received();
            }

            end = status == FrameStatus.Bad ? Broken(error!) : Handle(frame, body);
        }

        FlushAcknowledgements();
        return end;
    }

    private MqttClosed? Handle(in Frame frame, ReadOnlySpan<byte> body)
    {
        if (frame.Type == PacketType.Puback)
        {
            return Broken(HandlePuback(body));
        }

        FlushAcknowledgements();
        return frame.Type switch
        {
            PacketType.Publish => Broken(HandlePublish(frame.Flags, body)),
            PacketType.Suback or PacketType.Unsuback => Broken(HandleSubscription(frame.Type == PacketType.Suback, body)),
            PacketType.Pingresp => body.IsEmpty ? null : Broken(PacketError.TrailingBytes),
            PacketType.Disconnect => HandleDisconnect(body),
            _ => Broken(PacketError.Protocol("a second CONNACK")), // [MQTT-3.2.0-2]
        };
    }

    private PacketError? HandlePuback(ReadOnlySpan<byte> body)
    {
        var error = PubackPacket.Decode(body, _version, out var packetId, out var code, out var reason);
        if (error is null)
        {
            if (_acknowledged == _acknowledgements.Length)
            {
                MakeRoom();
            }

            _acknowledgements[_acknowledged++] = new PublishAcknowledgement(packetId, code, reason);
        }

        return error;
    }

    private void MakeRoom()
    {
        if (_acknowledgements.Length < MaximumBatch)
        {
            Array.Resize(ref _acknowledgements, _acknowledgements.Length * 2);
        }
        else
        {
            FlushAcknowledgements();
        }
    }

    private void FlushAcknowledgements()
    {
        if (_acknowledged > 0)
        {
            var known = _outbox.Resolve(_acknowledgements.AsSpan(0, _acknowledged));
            _acknowledged = 0;
            if (known > 0)
            {
                _handler.Acknowledged(_acknowledgements.AsSpan(0, known));
            }
        }
    }

    private PacketError? HandlePublish(int flags, ReadOnlySpan<byte> body)
    {
        if (PublishDecoder.Decode(body, flags, _version, _aliases, out var message) is { } error)
        {
            return error;
        }

        switch (message.Qos == MqttQos.AtLeastOnce ? _outbox.AddIncoming(message.PacketId) : IncomingStatus.Added)
        {
            case IncomingStatus.TooMany:
                return new PacketError(DisconnectReasonCode.ReceiveMaximumExceeded, "more unacknowledged messages than the Receive Maximum");
            case IncomingStatus.Known when !message.IsDuplicate:
                return PacketError.Protocol("a new message with a packet id that is in use"); // [MQTT-2.2.1-4]
            case IncomingStatus.Known:
                // Sent again before it was answered, as brokers may in 3.1.1 and some do in 5.0. The caller has it; one PUBACK answers both.
                return null;
            case IncomingStatus.Added:
            default:
                _handler.Message(message);
                return null;
        }
    }

    private PacketError? HandleSubscription(bool isSuback, ReadOnlySpan<byte> body)
    {
        if (SubscribePackets.Decode(body, isSuback, _version, out var acknowledgement) is { } error)
        {
            return error;
        }

        _outbox.RemoveRequest(acknowledgement.PacketId);
        return _requests.Answer(acknowledgement, isSuback, _version);
    }

    private static MqttClosed? HandleDisconnect(ReadOnlySpan<byte> body) =>
        DisconnectPacket.Decode(body, out var error) is { } disconnect ? ClosedMessages.ByBroker(disconnect) : Broken(error);

    private static MqttClosed? Broken(PacketError? error) => error is null
        ? null
        : new MqttClosed(MqttClosedKind.ProtocolError, $"The broker sent {error.Message}, so the connection was closed.") { ReasonCode = error.Code };

    /// <summary>A large packet on a slow link is a sign of life every kilobyte; a byte a minute is not.</summary>
    private void NoteUnfinished(int count)
    {
        _unfinishedBytes += count;
        if (_unfinishedBytes >= ProgressBytes)
        {
            _unfinishedBytes = 0;
            _watch.Received();
        }
    }
}
