using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, section 3.2: CONNACK.</summary>
public sealed class ConnackConformanceTests : ConformanceTest
{
    [Fact]
    public Task Mqtt_3_2_0_1_another_packet_before_connack_is_refused() => RefusesConnack(Wire.Pingresp);

    [Fact]
    public Task Mqtt_3_2_0_2_a_second_connack_closes_the_connection() => Violates(0x82, Wire.Connack5);

    [Fact]
    public Task Mqtt_3_2_2_1_reserved_connack_flags_are_refused() => RefusesConnack([0x20, 3, 2, 0, 0]);

    [Fact]
    public Task Mqtt_3_2_2_4_a_session_that_we_do_not_have_closes_the_connection() => RefusesConnack(Wire.SessionPresent5);

    [Fact]
    public async Task Mqtt_3_2_2_5_the_state_of_a_session_that_the_broker_lost_is_discarded()
    {
        await using var broker = new ScriptedBroker();
        var (second, _) = await Reconnect(broker, 1, Wire.Connack5);
        var packet = await second.Side.ReadAsync();
        Assert.Equal(("0", false), (packet.Text, packet.IsDuplicate));
    }

    [Fact]
    public Task Mqtt_3_2_2_6_a_refusal_with_a_session_present_is_malformed() => RefusesConnack([0x20, 3, 1, 0x87, 0]);

    [Fact]
    public Task Mqtt_3_2_2_7_a_refusal_ends_the_connection() => RefusesConnack(Wire.Connack(0x87), ConnectFailureKind.NotAuthorized);

    [Fact]
    public Task Mqtt_3_2_2_8_an_unknown_reason_code_is_refused() => RefusesConnack(Wire.Connack(0x42));

    [Fact]
    public async Task Mqtt_3_2_2_11_nothing_is_published_above_the_maximum_qos() =>
        Assert.Equal(PublishStatus.Unsupported, await StatusOf("t", Wire.Connack(0, 0x24, 0)));

    [Fact]
    public async Task Mqtt_3_2_2_14_nothing_retained_is_published_to_a_broker_without_retained_messages()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x25, 0));
        Assert.Equal(PublishStatus.Unsupported, link.Connection.TryPublish(new MqttPublish { Topic = "t"u8, Retain = true }, 0));
        await IsQuiet(link);
    }

    [Fact]
    public async Task Mqtt_3_2_2_15_no_packet_is_above_the_maximum_packet_size()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x27, 0, 0, 0, 30));
        Assert.Equal(PublishStatus.TooLarge, link.Connection.Publish("t", new string('x', 23)));
        Assert.Equal(SubscribeStatus.Invalid, (await link.Connection.SubscribeAsync([new(new string('a', 30))])).Status);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", new string('x', 22)));
        Assert.Equal(30, (await link.Side.ReadAsync()).Bytes.Length);
    }

    [Fact]
    public async Task Mqtt_3_2_2_17_no_topic_alias_is_sent_above_the_maximum()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x22, 0, 1));
        link.Connection.Publish("t", "x");
        Assert.Empty((await link.Side.ReadAsync()).Properties);
    }

    [Fact]
    public async Task Mqtt_3_2_2_18_no_topic_alias_is_sent_without_a_maximum()
    {
        var packet = await PublishOf(MqttQos.AtLeastOnce);
        Assert.Equal(("t", 0), (packet.Topic, packet.Properties.Length));
    }

    [Fact]
    public async Task Mqtt_3_2_2_21_the_server_keep_alive_is_in_force()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x13, 0, 10));
        Assert.Equal(TimeSpan.FromSeconds(10), link.Connection.Connack.KeepAlive);
    }
}
