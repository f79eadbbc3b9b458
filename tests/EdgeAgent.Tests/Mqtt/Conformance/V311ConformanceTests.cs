using EdgeAgent.Mqtt;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 3.1.1. What 5.0 says in the same words is tested once, there; here is what 3.1.1 says or does differently on the wire.</summary>
public sealed class V311ConformanceTests : ConformanceTest
{
    private static readonly Func<MqttClientOptions, MqttClientOptions> V311 = options => options with { Protocol = MqttProtocolVersion.V311 };

    [Fact]
    public Task Mqtt311_1_5_3_1_ill_formed_text_closes_the_connection() => Closes(Wire.Packet(0x30, [0, 3, 0xED, 0xA0, 0x80]));

    [Fact]
    public Task Mqtt311_1_5_3_2_a_null_character_closes_the_connection() => Closes(Wire.Packet(0x30, [0, 1, 0]));

    [Fact]
    public async Task Mqtt311_1_5_3_3_a_byte_order_mark_is_kept()
    {
        await using var link = await Open();
        await link.Side.SendAsync(Wire.Packet(0x30, Wire.Text("\uFEFFt")));
        Assert.Equal("\uFEFFt", (await link.Handler.MessageAsync()).Topic);
    }

    [Fact]
    public Task Mqtt311_2_2_2_2_reserved_flags_close_the_connection() => Closes([0x42, 2, 0, 1]);

    [Fact]
    public async Task Mqtt311_2_3_1_1_packet_ids_are_not_zero() => Assert.NotEqual(0, (await PublishOf(MqttQos.AtLeastOnce)).PacketId);

    [Fact]
    public async Task Mqtt311_2_3_1_5_a_qos_0_publish_has_no_packet_id() =>
        Assert.Equal([0x30, 4, 0, 1, (byte)'t', (byte)'x'], (await PublishOf(MqttQos.AtMostOnce)).Bytes);

    [Fact]
    public async Task Mqtt311_3_1_2_1_connect_names_mqtt_level_4()
    {
        var connect = await ConnectOf();
        Assert.Equal(Wire.Text("MQTT"), connect.Name);
        Assert.Equal(4, connect.Version);
    }

    [Fact]
    public async Task Mqtt311_3_1_2_3_the_reserved_flag_is_zero() => Assert.Equal(0, (await ConnectOf()).Flags & 1);

    [Fact]
    public async Task Mqtt311_3_1_2_4_a_kept_session_is_resumed()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Kept(V311(Some.Options(broker.Port))));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack311);
        Assert.Equal(0, new ConnectFields(first.Side.Connect).Flags & 2);
        first.Connection.Publish("t", "x", 7);
        var id = (await first.Side.ReadAsync()).PacketId;
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.SessionPresent311);
        var packet = await second.Side.ReadAsync();
        Assert.Equal((id, true), (packet.PacketId, packet.IsDuplicate));
        await second.Side.SendAsync(Wire.Puback(id));
        Assert.Equal(new PublishAcknowledgement(7, PubackReasonCode.Success, null), await second.Handler.AcknowledgementAsync());
    }

    [Fact]
    public async Task Mqtt311_3_1_2_6_a_clean_session_forgets_what_was_in_flight()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(V311(Some.Options(broker.Port)));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack311);
        Assert.Equal(2, new ConnectFields(first.Side.Connect).Flags & 2);
        first.Connection.Publish("t", "x", 7);
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.Connack311);
        Assert.Equal(0, second.Connection.InFlight);
    }

    [Fact]
    public async Task Mqtt311_3_1_2_9_a_will_brings_its_topic_and_payload_without_properties()
    {
        var connect = await ConnectOf(options => options with { Will = new MqttWill { Topic = "w", Payload = "gone"u8.ToArray(), ContentType = "x", Retain = true } });
        Assert.Equal(0x2C, connect.Flags & 0x3C);
        Assert.Equal(["test", "w", "gone"], connect.Fields);
    }

    [Fact]
    public void Mqtt311_3_1_2_22_there_is_no_password_without_a_user_name() =>
        Assert.Throws<ArgumentException>(() => new MqttClient(V311(Some.Options(1)) with { Password = "p"u8.ToArray() }));

    [Fact]
    public async Task Mqtt311_3_1_2_23_a_ping_is_sent_within_the_keep_alive()
    {
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(Wire.Connack311, options => V311(options) with { KeepAlive = TimeSpan.FromSeconds(40) }, time);
        time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public void Mqtt311_3_1_3_7_no_client_id_needs_a_clean_session() =>
        Assert.Throws<ArgumentException>(() => new MqttClient(Kept(V311(Some.Options(1))) with { ClientId = "" }));

    [Theory]
    [InlineData(1, ConnectFailureKind.UnsupportedProtocolVersion)]
    [InlineData(2, ConnectFailureKind.ClientIdRejected)]
    [InlineData(3, ConnectFailureKind.ServerUnavailable)]
    [InlineData(4, ConnectFailureKind.BadCredentials)]
    [InlineData(5, ConnectFailureKind.NotAuthorized)]
    [InlineData(6, ConnectFailureKind.ProtocolError)]
    public async Task Mqtt311_3_2_2_5_a_return_code_refuses_the_connection(byte code, ConnectFailureKind kind)
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(V311(Some.Options(broker.Port))).ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync([0x20, 2, 0, code]);
        Assert.Equal(kind, (await connecting.WaitAsync(ScriptedBroker.Patience)).Failure?.Kind);
    }

    [Fact]
    public Task Mqtt311_3_3_1_4_qos_3_closes_the_connection() => Closes(Wire.Packet(0x36, [0, 1, (byte)'t', 0, 1]));

    [Fact]
    public Task Mqtt311_3_3_2_2_a_wildcard_in_a_topic_closes_the_connection() => Closes(Wire.Packet(0x30, Wire.Text("a/+")));

    [Fact]
    public async Task Mqtt311_3_3_4_1_qos_1_is_answered_with_puback()
    {
        await using var link = await Open();
        await link.Side.SendAsync(Wire.Packet(0x32, [.. Wire.Text("t"), 0, 3, (byte)'x']));
        var message = await link.Handler.MessageAsync();
        Assert.Equal(("x", (ushort)3), (message.Payload, message.PacketId));
        link.Connection.Acknowledge(3, PubackReasonCode.QuotaExceeded);
        Assert.Equal(Wire.Puback(3), (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt311_3_8_3_4_a_subscribe_asks_for_a_qos_and_nothing_else()
    {
        await using var link = await Open();
        var subscribing = link.Connection.SubscribeAsync([new("a") { NoLocal = true, RetainAsPublished = true, RetainHandling = RetainHandling.DoNotSend }]);
        var packet = await link.Side.ReadAsync();
        Assert.Equal(Wire.Packet(0x82, [packet.Bytes[2], packet.Bytes[3], .. Wire.Text("a"), 1]), packet.Bytes);
        await link.Side.SendAsync(Wire.Packet(0x90, [packet.Bytes[2], packet.Bytes[3], 0x80]));
        Assert.Equal([SubscriptionReasonCode.UnspecifiedError], (await subscribing).Codes);
    }

    [Fact]
    public async Task Mqtt311_3_9_3_2_an_unknown_code_closes_the_connection()
    {
        await using var link = await Open();
        _ = link.Connection.SubscribeAsync([new("a")]);
        var packet = await link.Side.ReadAsync();
        await link.Side.SendAsync(Wire.Packet(0x90, [packet.Bytes[2], packet.Bytes[3], 0x87]));
        Assert.Empty(await link.Side.ReadToEndAsync());
    }

    [Fact]
    public async Task Mqtt311_3_10_4_4_an_unsuback_has_no_codes_and_means_done()
    {
        await using var link = await Open();
        var unsubscribing = link.Connection.UnsubscribeAsync(["a", "b"]);
        var packet = await link.Side.ReadAsync();
        Assert.Equal(0xA2, packet.Bytes[0]);
        await link.Side.SendAsync(0xB0, 2, packet.Bytes[2], packet.Bytes[3]);
        var outcome = await unsubscribing;
        Assert.True(outcome.IsSuccess);
        Assert.Equal(2, outcome.Codes.Count);
    }

    [Fact]
    public async Task Mqtt311_3_14_4_1_a_disconnect_is_the_last_packet_and_closes()
    {
        await using var link = await Open();
        _ = link.Connection.DisconnectAsync();
        Assert.Equal([0xE0, 0], Assert.Single(await link.Side.ReadToEndAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt311_3_14_4_3_only_a_normal_end_takes_the_will_back()
    {
        await using var link = await Open();
        _ = link.Connection.DisconnectAsync(DisconnectReasonCode.DisconnectWithWill);
        Assert.Empty(await link.Side.ReadToEndAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0xE0, 0 })]
    [InlineData(new byte[] { 0xF0, 0 })]
    [InlineData(new byte[] { 0x10, 0 })]
    [InlineData(new byte[] { 0x40, 3, 0, 1, 0 })]
    public Task Mqtt311_4_8_0_1_a_protocol_violation_closes_the_connection(byte[] packet) => Closes(packet);

    private static Task<Link> Open() => Link.OpenAsync(Wire.Connack311, V311);

    private static new async Task<WirePacket> PublishOf(MqttQos qos)
    {
        await using var link = await Open();
        link.Connection.Publish("t", "x", 1, qos);
        return await link.Side.ReadAsync();
    }

    private static new async Task<ConnectFields> ConnectOf(Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        await using var link = await Link.OpenAsync(Wire.Connack311, options => V311(change is null ? options : change(options)));
        return new ConnectFields(link.Side.Connect);
    }

    /// <summary>Without a DISCONNECT, which in 3.1.1 would mean that all is well.</summary>
    private static async Task Closes(byte[] sent)
    {
        await using var link = await Open();
        await link.Side.SendAsync(sent);
        Assert.Empty(await link.Side.ReadToEndAsync());
        link.Side.Close();
        Assert.Equal(MqttClosedKind.ProtocolError, (await link.Handler.ClosedAsync()).Kind);
    }
}
