using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, sections 3.3 and 3.4: PUBLISH and PUBACK.</summary>
public sealed class PublishConformanceTests : ConformanceTest
{
    private static readonly Func<MqttClientOptions, MqttClientOptions> Aliases = options => options with { TopicAliasMaximum = 2 };

    [Fact]
    public async Task Mqtt_3_3_1_1_what_is_sent_again_is_marked_as_a_duplicate()
    {
        await using var broker = new ScriptedBroker();
        var (second, _) = await Reconnect(broker, 1, Wire.SessionPresent5);
        Assert.True((await second.Side.ReadAsync()).IsDuplicate);
    }

    [Fact]
    public async Task Mqtt_3_3_1_2_a_qos_0_publish_is_never_a_duplicate()
    {
        Assert.False((await PublishOf(MqttQos.AtMostOnce)).IsDuplicate);
        await Violates(0x81, [0x38, .. Wire.Publish("t", "x").AsSpan(1)]);
    }

    [Fact]
    public async Task Mqtt_3_3_1_3_the_duplicate_flag_of_what_comes_in_does_not_go_out()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync([0x3A, .. Wire.Publish("t", 5, "x").AsSpan(1)]);
        Assert.True((await link.Handler.MessageAsync()).IsDuplicate);
        link.Connection.Publish("t", "x");
        Assert.False((await link.Side.ReadAsync()).IsDuplicate);
    }

    [Fact]
    public Task Mqtt_3_3_1_4_qos_3_closes_the_connection() => Violates(0x81, [0x36, .. Wire.Publish("t", 5, "x").AsSpan(1)]);

    [Fact]
    public async Task Mqtt_3_3_2_1_the_topic_is_the_first_field_and_utf_8()
    {
        Assert.Equal([0, 1, (byte)'t'], (await PublishOf(MqttQos.AtLeastOnce)).Body[..3].ToArray());
        await using var link = await Link.OpenAsync();
        Assert.Equal(PublishStatus.Invalid, link.Connection.TryPublish(new MqttPublish { Topic = [0xC3] }, 0));
    }

    [Fact]
    public async Task Mqtt_3_3_2_2_a_topic_has_no_wildcards_in_either_direction()
    {
        Assert.Equal(PublishStatus.Invalid, await StatusOf("a/+"));
        Assert.Equal(PublishStatus.Invalid, await StatusOf("a/#"));
        await Violates(0x82, Wire.Publish("a/+", "x"));
    }

    [Fact]
    public async Task Mqtt_3_3_2_7_topic_aliases_end_with_their_connection()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Aliases(Some.Options(broker.Port)));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        await first.Side.SendAsync(Wire.Publish("t", "x", 0x23, 0, 1));
        await first.Handler.MessageAsync();
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        await second.Side.SendAsync(Wire.Publish("", "x", 0x23, 0, 1));
        Assert.Equal([0xE0, 1, 0x94], (await second.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public Task Mqtt_3_3_2_8_a_topic_alias_of_zero_closes_the_connection() => Violates(0x94, Wire.Publish("t", "x", 0x23, 0, 0), Aliases);

    [Fact]
    public async Task Mqtt_3_3_2_9_no_topic_alias_is_ever_sent()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x22, 0xFF, 0xFF));
        for (var i = 0; i < 3; i++)
        {
            link.Connection.Publish("same/topic", "x");
            var packet = await link.Side.ReadAsync();
            Assert.Equal(("same/topic", 0), (packet.Topic, packet.Properties.Length));
        }
    }

    [Fact]
    public async Task Mqtt_3_3_2_10_topic_aliases_up_to_the_maximum_are_understood()
    {
        await using var link = await Link.OpenAsync(change: Aliases);
        await link.Side.SendAsync([
            .. Wire.Publish("one", "", 0x23, 0, 1), .. Wire.Publish("two", "", 0x23, 0, 2), .. Wire.Publish("", "", 0x23, 0, 1),
            .. Wire.Publish("", "", 0x23, 0, 2), .. Wire.Publish("three", "", 0x23, 0, 1), .. Wire.Publish("", "", 0x23, 0, 1)]);
        foreach (var topic in new[] { "one", "two", "one", "two", "three", "three" })
        {
            Assert.Equal(topic, (await link.Handler.MessageAsync()).Topic);
        }
    }

    [Fact]
    public Task Mqtt_3_3_2_11_a_topic_alias_above_the_maximum_closes_the_connection() => Violates(0x94, Wire.Publish("t", "x", 0x23, 0, 3), Aliases);

    [Fact]
    public Task Mqtt_3_3_2_13_a_response_topic_is_utf_8() => Violates(0x81, Wire.Publish("t", "x", 0x08, 0, 1, 0xFF));

    [Fact]
    public Task Mqtt_3_3_2_14_a_response_topic_has_no_wildcards() => Violates(0x82, Wire.Publish("t", "x", [0x08, .. Wire.Text("a/#")]));

    [Fact]
    public async Task Mqtt_3_3_2_19_a_content_type_is_utf_8()
    {
        await Violates(0x81, Wire.Publish("t", "x", 0x03, 0, 1, 0xFF));
        await using var link = await Link.OpenAsync();
        Assert.Equal(PublishStatus.Invalid, link.Connection.TryPublish(new MqttPublish { Topic = "t"u8, ContentType = [0xFF] }, 0));
    }

    [Fact]
    public async Task Mqtt_3_3_4_1_qos_1_is_answered_with_puback_and_qos_0_with_nothing()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync([.. Wire.Publish("t", "0"), .. Wire.Publish("t", 3, "1")]);
        Assert.Equal(0, (await link.Handler.MessageAsync()).PacketId);
        link.Connection.Acknowledge((await link.Handler.MessageAsync()).PacketId);
        Assert.Equal(Wire.Puback(3), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_3_3_4_6_a_publish_carries_no_subscription_identifier() =>
        Assert.DoesNotContain((byte)0x0B, (await PublishOf(MqttQos.AtLeastOnce)).Properties);

    [Fact]
    public async Task Mqtt_3_3_4_7_no_more_than_the_receive_maximum_is_unacknowledged()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 1));
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "1", 1));
        Assert.Equal(PublishStatus.WindowFull, link.Connection.Publish("t", "2", 2));
        await link.Side.SendAsync(Wire.Puback((await link.Side.ReadAsync()).PacketId, 0x97));
        Assert.Equal(PubackReasonCode.QuotaExceeded, (await link.Handler.AcknowledgementAsync()).ReasonCode);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "2", 2));
    }

    [Fact]
    public async Task Mqtt_3_3_4_8_other_packets_do_not_wait_for_the_receive_maximum()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x21, 0, 1));
        link.Connection.Publish("t", "1", 1);
        await link.Side.ReadAsync();
        link.Connection.Publish("t", "0", qos: MqttQos.AtMostOnce);
        Assert.Equal("0", (await link.Side.ReadAsync()).Text);
        _ = link.Connection.SubscribeAsync([new("a")]);
        Assert.Equal(8, (await link.Side.ReadAsync()).Type);
    }

    [Fact]
    public Task Mqtt_3_3_4_9_more_than_our_receive_maximum_closes_the_connection() => Violates(
        0x93, [.. Wire.Publish("t", 1, "x"), .. Wire.Publish("t", 2, "x"), .. Wire.Publish("t", 3, "x")], options => options with { ReceiveMaximum = 2 });

    [Fact]
    public async Task Mqtt_3_4_2_1_a_puback_has_a_code_of_the_table()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync([.. Wire.Publish("t", 3, "x"), .. Wire.Publish("t", 4, "x")]);
        await link.Handler.MessageAsync();
        link.Connection.Acknowledge(3, PubackReasonCode.PayloadFormatInvalid);
        Assert.Equal(Wire.Puback(3, 0x99), (await link.Side.ReadAsync()).Bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => link.Connection.Acknowledge(4, (PubackReasonCode)0x42));
    }

    [Fact]
    public Task Mqtt_3_4_2_2_a_puback_has_no_reason_string() => PubackHasNoProperties();

    [Fact]
    public Task Mqtt_3_4_2_3_a_puback_has_no_user_property() => PubackHasNoProperties();

    private static async Task PubackHasNoProperties()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x27, 0, 0, 0, 5));
        await link.Side.SendAsync(Wire.Publish("t", 3, "x"));
        await link.Handler.MessageAsync();
        link.Connection.Acknowledge(3, PubackReasonCode.UnspecifiedError);
        Assert.Equal(Wire.Puback(3, 0x80), (await link.Side.ReadAsync()).Bytes);
    }
}
