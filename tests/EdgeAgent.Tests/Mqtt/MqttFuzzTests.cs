using EdgeAgent.Mqtt;
using EdgeAgent.Mqtt.Connection;
using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Session;
using EdgeAgent.Tests.Mqtt.Fuzz;
using FsCheck;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>The decoder against everything that a broker should not send. <c>./dev torture fuzz</c> goes on with the same inputs.</summary>
public sealed class MqttFuzzTests
{
    private const int Inputs = 100_000;

    [Fact]
    public void Damaged_packets_do_no_harm()
    {
        var seed = Random.Shared.Next();
        Assert.True(MqttFuzzer.Run(seed, Inputs) > 0, $"seed {seed}");
    }

    [Fact]
    public void The_inputs_that_are_always_tried_do_no_harm() => Assert.True(MqttFuzzer.Run(0, 20_000) > 0);

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_decoded_or_refused(byte[] bytes, bool is5)
    {
        var version = is5 ? MqttProtocolVersion.V5 : MqttProtocolVersion.V311;
        var aliases = new TopicAliases(3);
        for (var flags = 0; flags < 16; flags++)
        {
            var error = PublishDecoder.Decode(bytes, flags, version, aliases, out var message);
            Assert.True(error is null != message.Topic.IsEmpty);
        }

        PubackPacket.Decode(bytes, version, out _, out _, out _);
        SubscribePackets.Decode(bytes, isSuback: true, version, out _);
        SubscribePackets.Decode(bytes, isSuback: false, version, out _);
        Assert.True(DisconnectPacket.Decode(bytes, out var inDisconnect) is null != inDisconnect is null);
        var connack = ConnackPacket.Decode(bytes, version, new MqttClientOptions { Host = "h" }, "id", out var inConnack);
        Assert.True(connack is null != inConnack is null);
    }

    [Property(MaxTest = 2000)]
    public void What_is_encoded_is_decoded_to_the_same(NonNull<string> topic, byte[] payload, NonNull<string> type, uint expiry, bool retain, bool is5, ushort id)
    {
        var version = is5 ? MqttProtocolVersion.V5 : MqttProtocolVersion.V311;
        var message = new MqttPublish
        {
            Topic = System.Text.Encoding.UTF8.GetBytes(topic.Get),
            Payload = payload,
            ContentType = System.Text.Encoding.UTF8.GetBytes(type.Get),
            MessageExpirySeconds = expiry,
            Retain = retain,
            Qos = MqttQos.AtLeastOnce,
        };
        if (!PublishEncoder.IsValid(message) || id == 0)
        {
            return;
        }

        var encoder = new PublishEncoder(message, version);
        var packet = new byte[encoder.Size];
        encoder.Write(packet, id);
        Assert.Equal(FrameStatus.Complete, new FrameReader(version, 1 << 20).Read(packet, out var frame, out _));
        Assert.Equal(packet.Length, frame.Length);
        Assert.Null(PublishDecoder.Decode(packet.AsSpan(frame.BodyStart), frame.Flags, version, new TopicAliases(0), out var decoded));
        Assert.Equal(message.Topic.ToArray(), decoded.Topic.ToArray());
        Assert.Equal(payload, decoded.Payload.ToArray());
        Assert.Equal((id, retain, is5 ? expiry : null), (decoded.PacketId, decoded.Retain, decoded.MessageExpirySeconds));
        Assert.Equal(is5 ? message.ContentType.ToArray() : [], decoded.ContentType.ToArray());
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V5)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task Every_packet_may_be_split_at_every_byte(MqttProtocolVersion version)
    {
        byte[] input = version == MqttProtocolVersion.V5
            ? [.. Wire.Publish("a", "1"), .. Wire.Publish("b", 3, "2", 0x01, 1), .. Wire.Pingresp, .. Wire.Puback(1), .. Wire.Puback(2, 0x97), .. Wire.Disconnect(0x8B)]
            : [.. Wire.Packet(0x30, [.. Wire.Text("a"), 1]), .. Wire.Packet(0x32, [.. Wire.Text("b"), 0, 3, 2]), .. Wire.Pingresp, .. Wire.Puback(1), .. Wire.Puback(2), 0xE0, 0];
        for (var split = 0; split <= input.Length; split++)
        {
            await Receive(version, new SplitStream(input, split));
        }

        await Receive(version, new PieceStream(input, null));
    }

    private static async Task Receive(MqttProtocolVersion version, Stream stream)
    {
        using var watch = new LinkWatch(TimeProvider.System, TimeSpan.Zero);
        var handler = new RecordingHandler();
        var calls = new HandlerCalls(handler, exception => Assert.Fail(exception.Message));
        var outbox = new Outbox(new ConnackProperties { Protocol = version }, new MqttClientOptions { Host = "h" }, new InFlightTable(), watch);
        outbox.TryPublish(new MqttPublish { Topic = "t"u8, Qos = MqttQos.AtLeastOnce }, 11);
        outbox.TryPublish(new MqttPublish { Topic = "t"u8, Qos = MqttQos.AtLeastOnce }, 12);
        var buffer = new ReceiveBuffer(new FrameReader(version, 1024), 1024);
        var end = await new ReceiveLoop(buffer, version, 0, outbox, new PendingRequests(), calls, watch).RunAsync(stream);
        Assert.Equal(version == MqttProtocolVersion.V5 ? MqttClosedKind.ByBroker : MqttClosedKind.ProtocolError, end.Kind);
        Assert.Equal(("a", "b"), ((await handler.MessageAsync()).Topic, (await handler.MessageAsync()).Topic));
        Assert.Equal((11, 12), ((await handler.AcknowledgementAsync()).Token, (await handler.AcknowledgementAsync()).Token));
    }

    /// <summary>Two pieces.</summary>
    private sealed class SplitStream(byte[] bytes, int split) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(Position < split ? buffer[..(int)Math.Min(buffer.Length, split - Position)] : buffer, cancellationToken);
    }
}
