using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Transport;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>What CONNECT led to: an answer (which may be a refusal), or a failure to get one.</summary>
/// <param name="Connack">The broker's answer, or null.</param>
/// <param name="Buffer">With what came after the answer.</param>
/// <param name="Failure">Why there is no answer, or null.</param>
/// <param name="IsSilent">The broker closed without a byte, as those do that know only another version of MQTT.</param>
internal sealed record HandshakeResult(ConnackPacket? Connack, ReceiveBuffer Buffer, ConnectFailure? Failure, bool IsSilent = false);

/// <summary>Sends CONNECT and waits for CONNACK (section 3.1.4). Sends nothing else before it has come.</summary>
internal static class Handshake
{
    /// <param name="transport">Connected, and the broker verified.</param>
    /// <param name="options">What to ask for.</param>
    /// <param name="version">5.0 or 3.1.1.</param>
    /// <param name="clientId">The one in use.</param>
    /// <param name="cleanStart">Whether to begin a new session.</param>
    /// <param name="deadline">Cancelled when the time to connect is over.</param>
    public static async Task<HandshakeResult> RunAsync(
        ConnectedTransport transport, MqttClientOptions options, MqttProtocolVersion version, string clientId, bool cleanStart, CancellationToken deadline)
    {
        var buffer = new ReceiveBuffer(new FrameReader(version, options.MaximumPacketSize), options.MaximumPacketSize);
        try
        {
            await TryWriteAsync(transport.Stream, ConnectPacket.Encode(options, version, clientId, cleanStart), deadline);
            while (true)
            {
                var count = await transport.Stream.ReadAsync(buffer.Free(), deadline);
                if (count == 0)
                {
                    return new HandshakeResult(null, buffer, ConnectFailures.Closed(transport, options, null), IsSilent: !buffer.IsWithinPacket);
                }

                buffer.Add(count);
                if (TryDecode(buffer, options, version, clientId) is { } result)
                {
                    return result;
                }
            }
        }
        catch (IOException exception)
        {
            return new HandshakeResult(null, buffer, ConnectFailures.Closed(transport, options, exception), IsSilent: !buffer.IsWithinPacket);
        }
    }

    /// <summary>A broker that closes early may have said why: the read that follows tells.</summary>
    private static async Task TryWriteAsync(Stream stream, byte[] connect, CancellationToken deadline)
    {
        try
        {
            await stream.WriteAsync(connect, deadline);
        }
        catch (IOException)
        {
        }
    }

    private static HandshakeResult? TryDecode(ReceiveBuffer buffer, MqttClientOptions options, MqttProtocolVersion version, string clientId)
    {
        var status = buffer.TryTake(out var frame, out var body, out var error);
        if (status == FrameStatus.Incomplete)
        {
            return null;
        }

        var connack = status == FrameStatus.Complete && frame.Type == PacketType.Connack
            ? ConnackPacket.Decode(body, version, options, clientId, out error)
            : null;
        return connack is not null
            ? new HandshakeResult(connack, buffer, null)
            : new HandshakeResult(null, buffer, ConnectFailures.NoConnack(options, error));
    }
}
