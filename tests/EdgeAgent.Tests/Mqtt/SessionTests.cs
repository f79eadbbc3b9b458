using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

public sealed class SessionTests
{
    [Fact]
    public async Task A_present_session_gets_the_unacknowledged_publishes_again_as_duplicates_in_their_order()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker);
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        var ids = new List<ushort>();
        for (var i = 0; i < 5; i++)
        {
            first.Connection.Publish("t", $"{i}", token: 100 + i);
            ids.Add((await first.Side.ReadAsync()).PacketId);
        }

        await first.Side.SendAsync(Wire.Puback(ids[1]));
        Assert.Equal(101, (await first.Handler.AcknowledgementAsync()).Token);
        await first.LoseAsync();

        var second = await Opened.ConnectAsync(client, broker, Wire.SessionPresent5);
        Assert.Equal(0, second.Side.Connect.Body[7] & 2);
        foreach (var i in new[] { 0, 2, 3, 4 })
        {
            var packet = await second.Side.ReadAsync();
            Assert.Equal(($"{i}", ids[i], true), (packet.Text, packet.PacketId, packet.IsDuplicate));
            await second.Side.SendAsync(Wire.Puback(packet.PacketId));
            Assert.Equal(100 + i, (await second.Handler.AcknowledgementAsync()).Token);
        }

        second.Connection.Publish("t", "new");
        var last = await second.Side.ReadAsync();
        Assert.Equal(("new", false), (last.Text, last.IsDuplicate));
        await second.LoseAsync();
    }

    [Fact]
    public async Task An_absent_session_gets_them_as_new_messages()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker);
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", "a", 1);
        first.Connection.Publish("t", "b", 2);
        await first.Side.ReadAsync();
        await first.LoseAsync();

        var second = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        var packets = new[] { await second.Side.ReadAsync(), await second.Side.ReadAsync() };
        Assert.Equal([("a", false), ("b", false)], packets.Select(packet => (packet.Text, packet.IsDuplicate)));
        await second.Side.SendAsync(Wire.Puback(packets[1].PacketId));
        Assert.Equal(2, (await second.Handler.AcknowledgementAsync()).Token);
        await second.LoseAsync();
    }

    [Fact]
    public async Task The_receive_maximum_holds_while_sending_again_and_new_messages_wait()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker);
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        for (var i = 0; i < 4; i++)
        {
            first.Connection.Publish("t", $"{i}", i);
        }

        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.Packet(0x20, [1, 0, 3, 0x21, 0, 2]));
        Assert.Equal(PublishStatus.WindowFull, second.Connection.Publish("t", "new", 9));
        var packet = await second.Side.ReadAsync();
        var other = await second.Side.ReadAsync();
        Assert.Equal(("0", "1"), (packet.Text, other.Text));

        // The third must not come before a PUBACK: a QoS 0 publish overtakes it.
        second.Connection.Publish("t", "mark", qos: MqttQos.AtMostOnce);
        Assert.Equal("mark", (await second.Side.ReadAsync()).Text);

        await second.Side.SendAsync(Wire.Puback(packet.PacketId));
        Assert.Equal("2", (await second.Side.ReadAsync()).Text);
        await second.LoseAsync();
    }

    [Fact]
    public async Task An_acknowledgement_of_what_was_not_sent_again_yet_is_ignored()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker);
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", "0", 0);
        first.Connection.Publish("t", "1", 1);
        var ids = new[] { (await first.Side.ReadAsync()).PacketId, (await first.Side.ReadAsync()).PacketId };
        await first.LoseAsync();

        var second = await Opened.ConnectAsync(client, broker, Wire.Packet(0x20, [1, 0, 3, 0x21, 0, 1]));
        await second.Side.ReadAsync();
        await second.Side.SendAsync([.. Wire.Puback(ids[1]), .. Wire.Puback(ids[0])]);
        Assert.Equal(0, (await second.Handler.AcknowledgementAsync()).Token);
        Assert.Equal("1", (await second.Side.ReadAsync()).Text);
        await second.LoseAsync();
    }

    [Fact]
    public async Task What_the_new_limits_forbid_is_given_back_with_a_code()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker);
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", new string('x', 200), 1);
        first.Connection.TryPublish(new MqttPublish { Topic = "t"u8, Qos = MqttQos.AtLeastOnce, Retain = true }, 2);
        first.Connection.Publish("t", "small", 3);
        await first.LoseAsync();

        var second = await Opened.ConnectAsync(client, broker, Wire.Packet(0x20, [1, 0, 7, 0x27, 0, 0, 0, 100, 0x25, 0]));
        Assert.Equal(new PublishAcknowledgement(1, PubackReasonCode.PacketTooLarge, null), await second.Handler.AcknowledgementAsync());
        Assert.Equal(new PublishAcknowledgement(2, PubackReasonCode.ImplementationSpecificError, null), await second.Handler.AcknowledgementAsync());
        Assert.Equal("small", (await second.Side.ReadAsync()).Text);
        await second.LoseAsync();
    }

    [Fact]
    public async Task Kept_publishes_follow_a_broker_that_now_speaks_only_3_1_1()
    {
        await using var broker = new ScriptedBroker();
        var client = Client(broker, options => options with { Protocol = MqttProtocolVersion.Auto });
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.TryPublish(new MqttPublish { Topic = "t"u8, Payload = "p"u8, Qos = MqttQos.AtLeastOnce, ContentType = "x"u8 }, 1);
        await first.LoseAsync();

        var handler = new RecordingHandler();
        var connecting = client.ConnectAsync(handler);
        (await broker.AcceptAsync(Wire.Connack(0x84))).Close();
        var side = await broker.AcceptAsync(Wire.SessionPresent311);
        var outcome = await connecting;
        Assert.True(outcome.IsConnected, outcome.Failure?.Message);
        var packet = await side.ReadAsync();
        Assert.Equal(("t", true), (packet.Topic, packet.IsDuplicate));
        Assert.Equal("p"u8.ToArray(), packet.AfterVariableHeader);
        await outcome.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_kept_session_every_connection_starts_clean_and_sends_nothing_again()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Some.Options(broker.Port));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", "a", 1);
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        Assert.Equal(2, second.Side.Connect.Body[7] & 2);
        second.Connection.Publish("t", "b", 2);
        Assert.Equal("b", (await second.Side.ReadAsync()).Text);
        await second.LoseAsync();
    }

    [Fact]
    public async Task An_answer_to_a_clean_start_with_a_session_is_refused()
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port)).ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync(Wire.SessionPresent5);
        Assert.Equal(ConnectFailureKind.ProtocolError, (await connecting).Failure?.Kind);
    }

    [Fact]
    public async Task A_session_taken_over_twice_in_a_row_is_reported_as_a_shared_client_id()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Some.Options(broker.Port));
        foreach (var kind in new[] { MqttClosedKind.SessionTakenOver, MqttClosedKind.ClientIdInUse })
        {
            var opened = await Opened.ConnectAsync(client, broker, Wire.Connack5);
            await opened.Side.SendAsync(Wire.Disconnect(0x8E));
            Assert.Equal(kind, (await opened.Handler.ClosedAsync()).Kind);
            await opened.Connection.DisposeAsync();
        }
    }

    private static MqttClient Client(ScriptedBroker broker, Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        var options = Some.Options(broker.Port) with { SessionExpiry = TimeSpan.FromHours(1) };
        return new MqttClient(change is null ? options : change(options));
    }
}
