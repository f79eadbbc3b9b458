using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

public sealed class MqttConnectionTests
{
    [Fact]
    public async Task A_qos_1_publish_is_acknowledged_with_its_token()
    {
        await using var link = await Link.OpenAsync();
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("gw/t", "21.5", token: 77));
        var publish = await link.Side.ReadAsync();
        Assert.Equal(("gw/t", "21.5", 1, false), (publish.Topic, publish.Text, publish.Qos, publish.IsDuplicate));
        Assert.Equal(1, link.Connection.InFlight);
        await link.Side.SendAsync(Wire.Puback(publish.PacketId));
        Assert.Equal(new PublishAcknowledgement(77, PubackReasonCode.Success, null), await link.Handler.AcknowledgementAsync());
        Assert.Equal(0, link.Connection.InFlight);
    }

    [Fact]
    public async Task A_qos_0_publish_has_no_packet_id_and_needs_no_window()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 1));
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("a", "1"));
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("b", "2", qos: MqttQos.AtMostOnce));
        Assert.Equal("1", (await link.Side.ReadAsync()).Text);
        Assert.Equal("2", (await link.Side.ReadAsync()).Text);
    }

    [Fact]
    public async Task Properties_of_a_publish_stand_in_the_packet()
    {
        await using var link = await Link.OpenAsync();
        var properties = new UserPropertyList(stackalloc byte[64]);
        Assert.True(properties.TryAdd("id"u8, "5f-1"u8));
        Assert.True(properties.TryAdd("k"u8, "v"u8));
        var message = new MqttPublish
        {
            Topic = "t"u8,
            Payload = "p"u8,
            IsUtf8Payload = true,
            ContentType = "text/plain"u8,
            MessageExpirySeconds = 0x01020304,
            Retain = true,
            UserProperties = properties,
        };
        Assert.Equal(PublishStatus.Sent, link.Connection.TryPublish(message, 0));
        var packet = await link.Side.ReadAsync();
        byte[] expected = [0x01, 1, 0x02, 1, 2, 3, 4, 0x03, .. Wire.Text("text/plain"), 0x26, .. Wire.Text("id"), .. Wire.Text("5f-1"), 0x26, .. Wire.Text("k"), .. Wire.Text("v")];
        Assert.Equal(expected, packet.Properties);
        Assert.Equal("p", packet.Text);
        Assert.True(packet.IsRetained);
    }

    [Fact]
    public async Task Properties_are_left_out_on_a_connection_of_3_1_1()
    {
        await using var link = await Link.OpenAsync(Wire.Connack311, options => options with { Protocol = MqttProtocolVersion.V311 });
        link.Connection.TryPublish(new MqttPublish { Topic = "t"u8, Payload = "p"u8, IsUtf8Payload = true, ContentType = "x"u8, Qos = MqttQos.AtLeastOnce }, 0);
        Assert.Equal("p"u8.ToArray(), (await link.Side.ReadAsync()).AfterVariableHeader);
    }

    [Fact]
    public async Task The_window_is_the_receive_maximum_of_the_broker()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 2));
        Assert.Equal(2, link.Connection.Connack.ReceiveMaximum);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "1", 1));
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "2", 2));
        Assert.Equal(PublishStatus.WindowFull, link.Connection.Publish("t", "3", 3));
        await link.Side.SendAsync(Wire.Puback((await link.Side.ReadAsync()).PacketId));
        Assert.Equal(1, (await link.Handler.AcknowledgementAsync()).Token);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "3", 3));
    }

    [Fact]
    public async Task A_full_output_buffer_refuses_and_then_tells_of_room()
    {
        await using var link = await Link.OpenAsync(change: options => options with { OutputBufferSize = 1024 });
        var payload = new string('x', 1000);
        var sent = 0;
        while (link.Connection.Publish("t", payload, qos: MqttQos.AtMostOnce) == PublishStatus.Sent)
        {
            sent++;
        }

        for (var i = 0; i < sent; i++)
        {
            Assert.Equal(1000, (await link.Side.ReadAsync()).Payload.Length);
        }

        await link.Handler.RoomAsync();
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", payload, qos: MqttQos.AtMostOnce));
    }

    [Fact]
    public async Task Acknowledgements_that_come_together_are_given_together()
    {
        var batches = new List<int>();
        await using var link = await Link.OpenAsync(new RecordingHandler { Acknowledging = batches.Add });
        var pubacks = new List<byte>();
        for (var i = 0; i < 300; i++)
        {
            link.Connection.Publish("t", "x", i);
            pubacks.AddRange(Wire.Puback((await link.Side.ReadAsync()).PacketId));
        }

        await link.Side.SendAsync([.. pubacks]);
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(i, (await link.Handler.AcknowledgementAsync()).Token);
        }

        Assert.True(batches.Count < 10, $"{batches.Count} calls for 300 acknowledgements");
    }

    [Fact]
    public async Task The_handler_may_publish_from_within_an_acknowledgement()
    {
        MqttConnection? connection = null;
        await using var link = await Link.OpenAsync(new RecordingHandler { Acknowledging = _ => connection!.Publish("t", "next", 2) });
        connection = link.Connection;
        connection.Publish("t", "first", 1);
        await link.Side.SendAsync(Wire.Puback((await link.Side.ReadAsync()).PacketId));
        Assert.Equal("next", (await link.Side.ReadAsync()).Text);
    }

    [Fact]
    public async Task A_handler_that_throws_closes_the_connection()
    {
        await using var link = await Link.OpenAsync(new RecordingHandler { Receiving = _ => throw new InvalidOperationException("broken") });
        await link.Side.SendAsync(Wire.Publish("t", "x"));
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal(MqttClosedKind.HandlerFailed, closed.Kind);
        Assert.Equal("broken", closed.Exception?.Message);
    }

    [Fact]
    public async Task Disconnect_sends_what_is_buffered_first()
    {
        await using var link = await Link.OpenAsync();
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", $"{i}"));
        }

        var disconnecting = link.Connection.DisconnectAsync();
        var packets = await link.Side.ReadToEndAsync();
        link.Side.Close();
        await disconnecting.WaitAsync(ScriptedBroker.Patience);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), packets.SkipLast(1).Select(packet => packet.Text));
        Assert.Equal([0xE0, 0], packets[^1].Bytes);
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.ByCaller, 1000, 0L), (closed.Kind, closed.Unacknowledged, closed.OldestUnacknowledged));
        Assert.Equal(PublishStatus.Closed, link.Connection.Publish("t", "late"));
    }

    [Fact]
    public async Task Acknowledgements_that_come_while_disconnecting_are_delivered()
    {
        await using var link = await Link.OpenAsync();
        link.Connection.Publish("t", "x", 9);
        var disconnecting = link.Connection.DisconnectAsync();
        var packets = await link.Side.ReadToEndAsync();
        await link.Side.SendAsync(Wire.Puback(packets[0].PacketId));
        link.Side.Close();
        await disconnecting.WaitAsync(ScriptedBroker.Patience);
        Assert.Equal(9, (await link.Handler.AcknowledgementAsync()).Token);
        Assert.Equal(0, (await link.Handler.ClosedAsync()).Unacknowledged);
    }

    [Fact]
    public async Task Disposing_cuts_without_a_disconnect()
    {
        await using var link = await Link.OpenAsync();
        await link.Connection.DisposeAsync();
        Assert.Empty(await link.Side.ReadToEndAsync());
        Assert.Equal(MqttClosedKind.ByCaller, (await link.Handler.ClosedAsync()).Kind);
    }

    [Fact]
    public async Task A_lost_link_tells_how_much_was_in_flight()
    {
        await using var link = await Link.OpenAsync();
        link.Connection.Publish("t", "x", 5);
        link.Connection.Publish("t", "y", 6);
        await link.Side.ReadAsync();
        link.Side.Reset();
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.ConnectionLost, 2, 5L), (closed.Kind, closed.Unacknowledged, closed.OldestUnacknowledged));
    }

    [Fact]
    public async Task A_disconnect_of_the_broker_is_told_with_its_reason_and_reference()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Disconnect(0x9D, [0x1C, .. Wire.Text("other:1883"), 0x1F, .. Wire.Text("moved")]));
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal(MqttClosedKind.ByBroker, closed.Kind);
        Assert.Equal((DisconnectReasonCode.ServerMoved, "other:1883", "moved"), (closed.ReasonCode, closed.ServerReference, closed.ReasonString));
        Assert.Contains("other:1883", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribing_returns_the_codes_of_the_broker()
    {
        await using var link = await Link.OpenAsync();
        var subscribing = link.Connection.SubscribeAsync([new("a/+"), new("b/#") { MaximumQos = MqttQos.AtMostOnce, NoLocal = true }]);
        var packet = await link.Side.ReadAsync();
        byte[] expected = [0x82, 15, packet.Bytes[2], packet.Bytes[3], 0, .. Wire.Text("a/+"), 1, .. Wire.Text("b/#"), 4];
        Assert.Equal(expected, packet.Bytes);
        await link.Side.SendAsync(Wire.Suback(packet.PacketId, 1, 0x87));
        var outcome = await subscribing.WaitAsync(ScriptedBroker.Patience);
        Assert.Equal([SubscriptionReasonCode.GrantedQos1, SubscriptionReasonCode.NotAuthorized], outcome.Codes);
        Assert.False(outcome.IsSuccess);
    }

    [Fact]
    public async Task A_message_comes_in_whole_even_one_byte_at_a_time()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendSlowlyAsync(Wire.Publish("gw/é", 7, "hello", [0x01, 1, 0x03, .. Wire.Text("text/x"), 0x26, .. Wire.Text("a"), .. Wire.Text("b")]));
        var message = await link.Handler.MessageAsync();
        Assert.Equal(("gw/é", "hello", MqttQos.AtLeastOnce, (ushort)7), (message.Topic, message.Payload, message.Qos, message.PacketId));
        Assert.Equal((true, "text/x", "a=b"), (message.IsUtf8Payload, message.ContentType, message.UserProperties));
    }

    [Fact]
    public async Task Incoming_messages_are_acknowledged_when_the_caller_says_so_and_in_their_order()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync([.. Wire.Publish("t", 7, "1"), .. Wire.Publish("t", 8, "2"), .. Wire.Publish("t", 9, "3")]);
        Assert.Equal(7, (await link.Handler.MessageAsync()).PacketId);
        Assert.Equal(8, (await link.Handler.MessageAsync()).PacketId);
        Assert.Equal(9, (await link.Handler.MessageAsync()).PacketId);
        link.Connection.Acknowledge(8);
        link.Connection.Acknowledge(7);
        link.Connection.Acknowledge(7);
        link.Connection.Acknowledge(9, PubackReasonCode.QuotaExceeded);
        Assert.Equal(Wire.Puback(7), (await link.Side.ReadAsync()).Bytes);
        Assert.Equal(Wire.Puback(8), (await link.Side.ReadAsync()).Bytes);
        Assert.Equal(Wire.Puback(9, 0x97), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task A_broken_packet_is_answered_with_a_disconnect_that_tells_why()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(0x36, 5, 0, 1, (byte)'t', 0, 1);
        var packets = await link.Side.ReadToEndAsync();
        Assert.Equal([0xE0, 1, 0x81], Assert.Single(packets).Bytes);
        link.Side.Close();
        Assert.Equal((MqttClosedKind.ProtocolError, DisconnectReasonCode.MalformedPacket), await KindAndCode(link));
    }

    [Fact]
    public async Task Publishes_that_cannot_be_sent_are_refused()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x24, 0, 0x25, 0, 0x27, 0, 0, 0, 20));
        Assert.Equal(PublishStatus.Unsupported, link.Connection.Publish("t", "x"));
        Assert.Equal(PublishStatus.Unsupported, link.Connection.TryPublish(new MqttPublish { Topic = "t"u8, Retain = true }, 0));
        Assert.Equal(PublishStatus.TooLarge, link.Connection.Publish("t", new string('x', 15), qos: MqttQos.AtMostOnce));
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", new string('x', 14), qos: MqttQos.AtMostOnce));
        foreach (var topic in new[] { "", "a/+", "#", "a\0b" })
        {
            Assert.Equal(PublishStatus.Invalid, link.Connection.Publish(topic, "x", qos: MqttQos.AtMostOnce));
        }

        Assert.Equal(PublishStatus.Invalid, link.Connection.TryPublish(new MqttPublish { Topic = [0xFF] }, 0));
        Assert.Equal(20, (await link.Side.ReadAsync()).Bytes.Length);
    }

    private static async Task<(MqttClosedKind Kind, DisconnectReasonCode? Code)> KindAndCode(Link link)
    {
        var closed = await link.Handler.ClosedAsync();
        return (closed.Kind, closed.ReasonCode);
    }
}
