using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, sections 3.14, 3.15 and chapter 4: ending, sessions, delivery, flow control, errors.</summary>
public sealed class OperationConformanceTests : ConformanceTest
{
    [Fact]
    public Task Mqtt_3_14_1_1_reserved_flags_of_disconnect_are_answered_with_malformed_packet() => Violates(0x81, [0xE1, 0]);

    [Fact]
    public async Task Mqtt_3_14_2_1_a_disconnect_has_a_code_of_the_table()
    {
        Assert.Equal([0xE0, 1, 0x04], await DisconnectWith(DisconnectReasonCode.DisconnectWithWill));
        Assert.Equal([0xE0, 0], await DisconnectWith(DisconnectReasonCode.NormalDisconnection));
        await Violates(0x81, [0xE0, 1, 0x42]);
    }

    [Fact]
    public Task Mqtt_3_14_2_2_a_session_expiry_from_the_broker_closes_the_connection() => Violates(0x81, Wire.Disconnect(0, 0x11, 0, 0, 0, 1));

    [Fact]
    public async Task Mqtt_3_14_2_3_a_disconnect_has_no_reason_string() =>
        Assert.Equal(3, (await DisconnectWith(DisconnectReasonCode.UnspecifiedError)).Length);

    [Fact]
    public async Task Mqtt_3_14_2_4_a_disconnect_has_no_user_property() =>
        Assert.Equal(3, (await DisconnectWith(DisconnectReasonCode.QuotaExceeded)).Length);

    [Fact]
    public async Task Mqtt_3_14_4_1_nothing_follows_a_disconnect()
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.DisconnectAsync();
        Assert.Equal(PublishStatus.Closed, link.Connection.Publish("t", "late"));
        await link.Side.SendAsync(Wire.Publish("t", 1, "x"));
        link.Connection.Acknowledge(1);
        Assert.Equal([0xE0, 0], Assert.Single(await link.Side.ReadToEndAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_3_14_4_2_a_disconnect_closes_the_connection()
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.DisconnectAsync();
        Assert.Single(await link.Side.ReadToEndAsync());
    }

    [Fact]
    public Task Mqtt_3_15_1_1_auth_closes_the_connection_whatever_its_flags() => Violates(0x82, [0xF1, 2, 0x18, 0]);

    [Fact]
    public async Task Mqtt_4_1_0_1_session_state_stays_while_connected()
    {
        await using var link = await Link.OpenAsync(change: Kept);
        link.Connection.Publish("t", "x", 7);
        await link.Side.SendAsync([.. Wire.Puback(9999), .. Wire.Publish("t", "y")]);
        await link.Handler.MessageAsync();
        Assert.Equal(1, link.Connection.InFlight);
    }

    [Fact]
    public async Task Mqtt_4_2_0_1_the_transport_is_an_ordered_lossless_stream()
    {
        await using var link = await Link.OpenAsync();
        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", $"{i}", i));
        }

        for (var i = 0; i < 500; i++)
        {
            Assert.Equal($"{i}", (await link.Side.ReadAsync()).Text);
        }
    }

    [Fact]
    public async Task Mqtt_4_3_1_1_qos_0_is_sent_with_qos_0_and_dup_0() => Assert.Equal(0x30, (await PublishOf(MqttQos.AtMostOnce)).Bytes[0]);

    [Fact]
    public async Task Mqtt_4_3_2_1_each_new_qos_1_message_gets_an_unused_id()
    {
        await using var link = await Link.OpenAsync();
        var ids = new HashSet<ushort>();
        for (var i = 0; i < 300; i++)
        {
            link.Connection.Publish("t", "same", 5);
            Assert.True(ids.Add((await link.Side.ReadAsync()).PacketId));
        }
    }

    [Fact]
    public async Task Mqtt_4_3_2_2_qos_1_is_sent_with_qos_1_and_dup_0() => Assert.Equal(0x32, (await PublishOf(MqttQos.AtLeastOnce)).Bytes[0]);

    [Fact]
    public async Task Mqtt_4_3_2_3_a_message_is_unacknowledged_until_its_own_puback()
    {
        await using var link = await Link.OpenAsync();
        link.Connection.Publish("t", "x", 7);
        var id = (await link.Side.ReadAsync()).PacketId;
        await link.Side.SendAsync([.. Wire.Puback((ushort)(id + 1)), .. Wire.Publish("t", "barrier")]);
        await link.Handler.MessageAsync();
        Assert.Equal((1, false), (link.Connection.InFlight, link.Handler.HasAcknowledgement));
        await link.Side.SendAsync([.. Wire.Puback(id), .. Wire.Puback(id)]);
        Assert.Equal(7, (await link.Handler.AcknowledgementAsync()).Token);
        Assert.Equal((0, false), (link.Connection.InFlight, link.Handler.HasAcknowledgement));
    }

    [Fact]
    public async Task Mqtt_4_3_2_4_what_comes_in_is_acknowledged_once_the_caller_owns_it()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Publish("t", 3, "x"));
        await link.Handler.MessageAsync();
        await IsQuiet(link);
        link.Connection.Acknowledge(3);
        Assert.Equal(Wire.Puback(3), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_4_3_2_5_after_its_puback_an_id_is_a_new_message()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Publish("t", 3, "first"));
        await link.Handler.MessageAsync();
        link.Connection.Acknowledge(3);
        await link.Side.ReadAsync();
        await link.Side.SendAsync([0x3A, .. Wire.Publish("t", 3, "second").AsSpan(1)]);
        Assert.Equal("second", (await link.Handler.MessageAsync()).Payload);
        link.Connection.Acknowledge(3);
        Assert.Equal(Wire.Puback(3), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_4_4_0_1_unacknowledged_messages_are_sent_again_only_to_a_present_session_with_their_ids()
    {
        await using var broker = new ScriptedBroker();
        var (second, first) = await Reconnect(broker, 3, Wire.SessionPresent5);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(first[i].PacketId, (await second.Side.ReadAsync()).PacketId);
        }

        second.Connection.Publish("mark", "x", qos: MqttQos.AtMostOnce);
        Assert.Equal("mark", (await second.Side.ReadAsync()).Topic);
    }

    [Fact]
    public async Task Mqtt_4_4_0_2_a_refused_message_is_never_sent_again()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Kept(Some.Options(broker.Port)));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", "refused", 1);
        await first.Side.SendAsync(Wire.Puback((await first.Side.ReadAsync()).PacketId, 0x97));
        Assert.Equal(PubackVerdict.TryLater, (await first.Handler.AcknowledgementAsync()).ReasonCode.Verdict());
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.SessionPresent5);
        second.Connection.Publish("t", "new", 2);
        Assert.Equal("new", (await second.Side.ReadAsync()).Text);
    }

    [Fact]
    public async Task Mqtt_4_5_0_2_every_message_reaches_the_caller_who_acknowledges_it()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Publish("never/subscribed", 3, "x"));
        link.Connection.Acknowledge((await link.Handler.MessageAsync()).PacketId);
        Assert.Equal(Wire.Puback(3), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_4_6_0_1_messages_are_sent_again_in_their_order()
    {
        await using var broker = new ScriptedBroker();
        var (second, _) = await Reconnect(broker, 10, Wire.SessionPresent5);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal($"{i}", (await second.Side.ReadAsync()).Text);
        }
    }

    [Fact]
    public async Task Mqtt_4_6_0_2_pubacks_leave_in_the_order_of_the_messages()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync([.. Wire.Publish("t", 9, "x"), .. Wire.Publish("t", 2, "x")]);
        await link.Handler.MessageAsync();
        await link.Handler.MessageAsync();
        link.Connection.Acknowledge(2);
        link.Connection.Acknowledge(9);
        Assert.Equal(9, (await link.Side.ReadAsync()).PacketId);
        Assert.Equal(2, (await link.Side.ReadAsync()).PacketId);
    }

    [Fact]
    public async Task Mqtt_4_9_0_1_the_first_quota_is_the_receive_maximum()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 3));
        Assert.Equal(
            [PublishStatus.Sent, PublishStatus.Sent, PublishStatus.Sent, PublishStatus.WindowFull],
            Enumerable.Range(0, 4).Select(i => link.Connection.Publish("t", "x", i)));
    }

    [Fact]
    public async Task Mqtt_4_9_0_2_a_used_up_quota_stops_qos_1()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 1));
        link.Connection.Publish("t", "x", 1);
        await link.Side.ReadAsync();
        Assert.Equal(PublishStatus.WindowFull, link.Connection.Publish("t", "y", 2));
        await IsQuiet(link);
    }

    [Fact]
    public async Task Mqtt_4_9_0_3_other_packets_are_answered_at_zero_quota()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 1));
        link.Connection.Publish("t", "x", 1);
        await link.Side.ReadAsync();
        await link.Side.SendAsync(Wire.Publish("t", 4, "x"));
        await link.Handler.MessageAsync();
        link.Connection.Acknowledge(4);
        Assert.Equal(Wire.Puback(4), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_4_12_0_6_an_authentication_method_in_connack_is_refused() =>
        await RefusesConnack(Wire.Connack(0, [0x15, .. Wire.Text("SCRAM")]));

    [Fact]
    public async Task Mqtt_4_12_0_7_no_auth_is_ever_sent()
    {
        await using var link = await Link.OpenAsync();
        Assert.DoesNotContain((byte)0x15, new ConnectFields(link.Side.Connect).Properties);
        await link.Side.SendAsync(0xF0, 2, 0x18, 0);
        Assert.DoesNotContain(await link.Side.ReadToEndAsync(), packet => packet.Type == 15);
    }

    [Fact]
    public Task Mqtt_4_13_1_1_a_malformed_packet_closes_the_connection() => Violates(0x81, [0x00, 0]);

    [Fact]
    public async Task Mqtt_4_13_2_1_a_disconnect_with_an_error_closes_the_connection()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Disconnect(0x8B));
        Assert.Empty(await link.Side.ReadToEndAsync());
        Assert.Equal(DisconnectReasonCode.ServerShuttingDown, (await link.Handler.ClosedAsync()).ReasonCode);
    }

    private static async Task<byte[]> DisconnectWith(DisconnectReasonCode code)
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.DisconnectAsync(code);
        return Assert.Single(await link.Side.ReadToEndAsync()).Bytes;
    }
}
