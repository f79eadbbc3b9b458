using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Connection;

/// <content>The send loop, and what it sends of its own accord.</content>
internal sealed partial class Outbox
{
    // A write that takes long is noted this often.
    private const int ChunkSize = 64 * 1024;

    /// <summary>The send loop. Ends when <see cref="End"/> was called and all is written, or with the transport's exception.</summary>
    /// <param name="stream">Written to by this loop alone.</param>
    /// <param name="onRoom">Called when a publisher that met a full buffer may try again.</param>
    public async Task RunAsync(Stream stream, Action onRoom)
    {
        while (true)
        {
            var bytes = Take(out var isRoomWanted, out var isOver);
            if (isOver)
            {
                return;
            }

            if (bytes.IsEmpty)
            {
                await _signal.WaitAsync();
                continue;
            }

            for (var at = 0; at < bytes.Length; at += ChunkSize)
            {
                var write = stream.WriteAsync(bytes.Slice(at, Math.Min(ChunkSize, bytes.Length - at)));
                if (isRoomWanted)
                {
                    // The other array is empty: publishers fill it while this one is on its way.
                    isRoomWanted = false;
                    onRoom();
                }

                await write;
                _watch.Sent();
            }
        }
    }

    private ReadOnlyMemory<byte> Take(out bool isRoomWanted, out bool isOver)
    {
        lock (_gate)
        {
            SendPubacks_NeedsGate();
            Resend_NeedsGate();
            var isEmpty = _output.Length == 0;
            isOver = isEmpty && _isEnded;
            _isWaiting = isEmpty && !isOver;
            isRoomWanted = _isRoomWanted;
            _isRoomWanted = false;
            return isEmpty ? default : _output.Swap();
        }
    }

    /// <summary>Answers stay where the Receive Maximum bounds them while the broker does not read.</summary>
    private void SendPubacks_NeedsGate()
    {
        while (!_isEnded && !_output.IsFull && _incoming.TryTake(out var packetId, out var code))
        {
            var place = _output.Reserve(PubackPacket.MaximumSize);
            _output.Trim(PubackPacket.MaximumSize - PubackPacket.Write(place, packetId, code, _limits.Protocol));
            Wake_NeedsGate();
        }
    }

    /// <summary>
    /// Sends what an earlier connection left unacknowledged, as far as the window and the buffer allow. Only here is anything sent
    /// twice [MQTT-4.4.0-1].
    /// </summary>
    private void Resend_NeedsGate()
    {
        while (!_isEnded && _window.PeekResend() is { IsEmpty: false } packet && _output.TryReserve(packet.Length, out var place))
        {
            packet.CopyTo(place);
            var now = _watch.Now;
            _window.Resent(now);
            _watch.InFlightBegan(now);
            Wake_NeedsGate();
        }
    }
}
