using System.Text;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, chapters 1 and 2: data representation and packet format.</summary>
public sealed class FormatConformanceTests : ConformanceTest
{
    [Theory]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xFF })]
    public Task Mqtt_1_5_4_1_ill_formed_text_closes_the_connection(byte[] text) => Violates(0x81, Wire.Packet(0x30, [0, (byte)text.Length, .. text, 0]));

    [Fact]
    public Task Mqtt_1_5_4_2_a_null_character_closes_the_connection() => Violates(0x81, Wire.Publish("a\0b", "x"));

    [Fact]
    public async Task Mqtt_1_5_4_3_a_byte_order_mark_is_kept()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Packet(0x30, [0, 4, 0xEF, 0xBB, 0xBF, (byte)'t', 0]));
        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'t'], Encoding.UTF8.GetBytes((await link.Handler.MessageAsync()).Topic));
    }

    [Theory]
    [InlineData(new byte[] { 0xD0, 0x80, 0 })]
    [InlineData(new byte[] { 0xD0, 0x80, 0x80, 0x80, 0x80, 0 })]
    [InlineData(new byte[] { 0x30, 6, 0, 1, (byte)'t', 0x80, 0, (byte)'x' })]
    public Task Mqtt_1_5_5_1_a_length_longer_than_needed_closes_the_connection(byte[] packet) => Violates(0x81, packet);

    [Fact]
    public async Task Mqtt_1_5_7_1_both_texts_of_a_user_property_must_be_valid()
    {
        await Violates(0x81, Wire.Publish("t", "x", 0x26, 0, 1, 0xFF, 0, 1, (byte)'v'));
        await Violates(0x81, Wire.Publish("t", "x", 0x26, 0, 1, (byte)'k', 0, 1, 0));
        var list = new UserPropertyList(new byte[64]);
        Assert.False(list.TryAdd([0xFF], "v"u8) || list.TryAdd("k"u8, [0]));
    }

    [Theory]
    [InlineData(new byte[] { 0x41, 2, 0, 1 })]
    [InlineData(new byte[] { 0x91, 4, 0, 1, 0, 0 })]
    [InlineData(new byte[] { 0xD8, 0 })]
    [InlineData(new byte[] { 0xE2, 0 })]
    public Task Mqtt_2_1_3_1_reserved_flags_close_the_connection(byte[] packet) => Violates(0x81, packet);

    [Fact]
    public async Task Mqtt_2_2_1_2_a_qos_0_publish_has_no_packet_id() =>
        Assert.Equal(Wire.Publish("t", "x"), (await PublishOf(MqttQos.AtMostOnce)).Bytes);

    [Fact]
    public async Task Mqtt_2_2_1_3_packet_ids_are_unused_and_never_zero_also_after_a_wrap_around_a_stalled_one()
    {
        await using var link = await Link.OpenAsync();
        link.Connection.Publish("t", "stalled", 0);
        var stalled = (await link.Side.ReadAsync()).PacketId;
        var subscribing = link.Connection.SubscribeAsync([new("a")]);
        var request = (await link.Side.ReadAsync()).PacketId;
        for (var round = 0; round < 66; round++)
        {
            var pubacks = new List<byte>();
            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "", 1));
            }

            for (var i = 0; i < 1000; i++)
            {
                var id = (await link.Side.ReadAsync()).PacketId;
                Assert.True(id != 0 && id != stalled && id != request, $"The id {id} was given while in use.");
                pubacks.AddRange(Wire.Puback(id));
            }

            await link.Side.SendAsync([.. pubacks]);
            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal(1, (await link.Handler.AcknowledgementAsync()).Token);
            }
        }

        await link.Side.SendAsync([.. Wire.Suback(request, 0), .. Wire.Puback(stalled)]);
        Assert.True((await subscribing).IsSuccess);
        Assert.Equal(0, (await link.Handler.AcknowledgementAsync()).Token);
    }

    [Fact]
    public Task Mqtt_2_2_1_4_a_new_message_with_a_packet_id_in_use_closes_the_connection() =>
        Violates(0x82, [.. Wire.Publish("t", 1, "x"), .. Wire.Publish("t", 1, "y")]);

    [Fact]
    public async Task Mqtt_2_2_1_5_a_puback_has_the_id_of_its_publish()
    {
        await using var link = await Link.OpenAsync();
        await link.Side.SendAsync(Wire.Publish("t", 0xABCD, "x"));
        link.Connection.Acknowledge((await link.Handler.MessageAsync()).PacketId);
        Assert.Equal([0x40, 2, 0xAB, 0xCD], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_2_2_2_1_no_properties_are_a_length_of_zero() =>
        Assert.Equal([0, (byte)'x'], (await PublishOf(MqttQos.AtLeastOnce)).AfterVariableHeader);
}
