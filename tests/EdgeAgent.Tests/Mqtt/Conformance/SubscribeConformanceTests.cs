using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, sections 3.8 to 3.11, 4.7 and 4.8: subscriptions and topic filters.</summary>
public sealed class SubscribeConformanceTests : ConformanceTest
{
    [Fact]
    public async Task Mqtt_3_8_1_1_the_flags_of_subscribe_are_2() => Assert.Equal(0x82, (await SubscribeOf(new MqttSubscription("a"))).Bytes[0]);

    [Fact]
    public Task Mqtt_3_8_3_1_filters_are_utf_8() => IsNotSent(new MqttSubscription("\uD800"));

    [Fact]
    public Task Mqtt_3_8_3_2_a_subscribe_has_at_least_one_filter() => IsNotSent();

    [Fact]
    public Task Mqtt_3_8_3_4_a_shared_filter_has_no_no_local() => IsNotSent(new MqttSubscription("$share/g/a") { NoLocal = true });

    [Fact]
    public async Task Mqtt_3_8_3_5_the_reserved_bits_of_the_options_are_zero()
    {
        var packet = await SubscribeOf(new MqttSubscription("a") { NoLocal = true, RetainAsPublished = true, RetainHandling = RetainHandling.DoNotSend });
        Assert.Equal(0b0010_1101, packet.Bytes[^1]);
    }

    [Fact]
    public async Task Mqtt_3_8_4_6_an_answer_with_another_number_of_codes_closes_the_connection()
    {
        await using var link = await Link.OpenAsync();
        var subscribing = link.Connection.SubscribeAsync([new("a"), new("b")]);
        await link.Side.SendAsync(Wire.Suback((await link.Side.ReadAsync()).PacketId, 0));
        Assert.Equal([0xE0, 1, 0x82], (await link.Side.ReadAsync()).Bytes);
        Assert.Equal(SubscribeStatus.Closed, (await subscribing).Status);
    }

    [Fact]
    public async Task Mqtt_3_9_3_1_the_codes_belong_to_the_filters_in_their_order()
    {
        await using var link = await Link.OpenAsync();
        var subscribing = link.Connection.SubscribeAsync([new("a"), new("b"), new("c")]);
        await link.Side.SendAsync(Wire.Suback((await link.Side.ReadAsync()).PacketId, 0, 0x80, 1));
        Assert.Equal(
            [SubscriptionReasonCode.GrantedQos0, SubscriptionReasonCode.UnspecifiedError, SubscriptionReasonCode.GrantedQos1],
            (await subscribing).Codes);
    }

    [Fact]
    public async Task Mqtt_3_9_3_2_an_unknown_code_closes_the_connection()
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.SubscribeAsync([new("a")]);
        await link.Side.SendAsync(Wire.Suback((await link.Side.ReadAsync()).PacketId, 0x42));
        Assert.Equal([0xE0, 1, 0x81], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_3_10_1_1_the_flags_of_unsubscribe_are_2()
    {
        await using var link = await Link.OpenAsync();
        var unsubscribing = link.Connection.UnsubscribeAsync(["a/b"]);
        var packet = await link.Side.ReadAsync();
        Assert.Equal(Wire.Packet(0xA2, [packet.Bytes[2], packet.Bytes[3], 0, .. Wire.Text("a/b")]), packet.Bytes);
        await link.Side.SendAsync(Wire.Packet(0xB0, [packet.Bytes[2], packet.Bytes[3], 0, 0x11]));
        Assert.Equal([SubscriptionReasonCode.NoSubscriptionExisted], (await unsubscribing).Codes);
    }

    [Fact]
    public Task Mqtt_3_10_3_1_filters_to_unsubscribe_are_utf_8() => IsNotUnsubscribed("\uDC00");

    [Fact]
    public Task Mqtt_3_10_3_2_an_unsubscribe_has_at_least_one_filter() => IsNotUnsubscribed();

    [Fact]
    public async Task Mqtt_4_7_0_1_wildcards_are_for_filters_only()
    {
        Assert.Equal(PublishStatus.Invalid, await StatusOf("+"));
        Assert.Equal(8, (await SubscribeOf(new MqttSubscription("+/a/#"))).Type);
    }

    [Theory]
    [InlineData("a/#/b")]
    [InlineData("a#")]
    [InlineData("#a")]
    public Task Mqtt_4_7_1_1_the_multi_level_wildcard_is_alone_and_last(string filter) => IsNotSent(new MqttSubscription(filter));

    [Theory]
    [InlineData("a+")]
    [InlineData("a/+b/c")]
    [InlineData("++")]
    public Task Mqtt_4_7_1_2_the_single_level_wildcard_is_alone_on_its_level(string filter) => IsNotSent(new MqttSubscription(filter));

    [Fact]
    public async Task Mqtt_4_7_3_1_topics_and_filters_are_not_empty()
    {
        Assert.Equal(PublishStatus.Invalid, await StatusOf(""));
        await IsNotSent(new MqttSubscription(""));
    }

    [Fact]
    public async Task Mqtt_4_7_3_2_topics_and_filters_have_no_null_character()
    {
        Assert.Equal(PublishStatus.Invalid, await StatusOf("a\0"));
        await IsNotSent(new MqttSubscription("a\0"));
    }

    [Fact]
    public async Task Mqtt_4_7_3_3_topics_and_filters_are_at_most_65535_bytes()
    {
        Assert.Equal(PublishStatus.Invalid, await StatusOf(new string('a', 65_536)));
        Assert.Equal(PublishStatus.Sent, await StatusOf(new string('a', 65_535)));
        await IsNotSent(new MqttSubscription(new string('a', 65_536)));
    }

    [Fact]
    public async Task Mqtt_4_7_3_4_topics_are_not_normalised()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Publish("//e\u0301 ", "x"));
        Assert.Equal("//e\u0301 ", (await link.Handler.MessageAsync()).Topic);
    }

    [Theory]
    [InlineData("$share/")]
    [InlineData("$share//a")]
    public Task Mqtt_4_8_2_1_a_share_has_a_name(string filter) => IsNotSent(new MqttSubscription(filter));

    [Theory]
    [InlineData("$share/g")]
    [InlineData("$share/g/")]
    [InlineData("$share/g+/a")]
    [InlineData("$share/#/a")]
    public Task Mqtt_4_8_2_2_the_name_of_a_share_has_no_wildcards_and_is_followed_by_a_filter(string filter) => IsNotSent(new MqttSubscription(filter));

    private static async Task<WirePacket> SubscribeOf(MqttSubscription subscription)
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.SubscribeAsync([subscription]);
        return await link.Side.ReadAsync();
    }

    private static async Task IsNotUnsubscribed(params string[] filters)
    {
        await using var link = await Link.OpenAsync();
        Assert.Equal(SubscribeStatus.Invalid, (await link.Connection.UnsubscribeAsync(filters)).Status);
        await IsQuiet(link);
    }
}
