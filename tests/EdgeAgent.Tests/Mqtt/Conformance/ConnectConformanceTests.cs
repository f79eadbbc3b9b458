using EdgeAgent.Mqtt;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>MQTT 5.0, section 3.1: CONNECT.</summary>
public sealed class ConnectConformanceTests : ConformanceTest
{
    private static readonly MqttWill Will = new() { Topic = "wi/ll", Payload = "gone"u8.ToArray() };

    [Fact]
    public async Task Mqtt_3_1_0_1_the_first_packet_is_connect()
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port)).ConnectAsync(new RecordingHandler());
        var side = await broker.AcceptAsync();
        Assert.Equal(0x10, (await side.ReadAsync()).Bytes[0]);
        side.Close();
        await connecting;
    }

    [Fact]
    public async Task Mqtt_3_1_2_1_the_protocol_name_is_mqtt() => Assert.Equal(Wire.Text("MQTT"), (await ConnectOf()).Name);

    [Fact]
    public async Task Mqtt_3_1_2_3_the_reserved_flag_is_zero() => Assert.Equal(0, (await ConnectOf(options => options with { Will = Will, Username = "u" })).Flags & 1);

    [Fact]
    public async Task Mqtt_3_1_2_4_a_clean_start_forgets_what_was_in_flight()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Some.Options(broker.Port));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        first.Connection.Publish("t", "old", 1);
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        Assert.Equal(2, new ConnectFields(second.Side.Connect).Flags & 2);
        Assert.Equal(0, second.Connection.InFlight);
        second.Connection.Publish("t", "new", 2);
        Assert.Equal("new", (await second.Side.ReadAsync()).Text);
    }

    [Fact]
    public async Task Mqtt_3_1_2_9_a_will_brings_its_topic_and_payload()
    {
        var connect = await ConnectOf(options => options with { Will = Will });
        Assert.Equal(4, connect.Flags & 4);
        Assert.NotNull(connect.WillProperties);
        Assert.Equal(["test", "wi/ll", "gone"], connect.Fields);
    }

    [Fact]
    public async Task Mqtt_3_1_2_11_without_a_will_its_qos_is_zero() => Assert.Equal(0, (await ConnectOf()).Flags & 0x18);

    [Theory]
    [InlineData(MqttQos.AtMostOnce, 0)]
    [InlineData(MqttQos.AtLeastOnce, 0x08)]
    public async Task Mqtt_3_1_2_12_the_will_qos_is_never_three(MqttQos qos, int flags)
    {
        Assert.Equal(flags, (await ConnectOf(options => options with { Will = Will with { Qos = qos } })).Flags & 0x18);
        Assert.Throws<ArgumentException>(() => new MqttClient(Some.Options(1) with { Will = Will with { Qos = (MqttQos)3 } }));
    }

    [Fact]
    public async Task Mqtt_3_1_2_13_without_a_will_its_retain_flag_is_zero() => Assert.Equal(0, (await ConnectOf()).Flags & 0x20);

    [Fact]
    public async Task Mqtt_3_1_2_16_without_the_flag_there_is_no_user_name()
    {
        var connect = await ConnectOf(options => options with { Password = "p"u8.ToArray() });
        Assert.Equal((0, 2), (connect.Flags & 0x80, connect.Fields.Count));
    }

    [Fact]
    public async Task Mqtt_3_1_2_17_with_the_flag_there_is_a_user_name()
    {
        var connect = await ConnectOf(options => options with { Username = "u" });
        Assert.Equal(0x80, connect.Flags & 0x80);
        Assert.Equal(["test", "u"], connect.Fields);
    }

    [Fact]
    public async Task Mqtt_3_1_2_18_without_the_flag_there_is_no_password()
    {
        var connect = await ConnectOf(options => options with { Username = "u" });
        Assert.Equal((0, 2), (connect.Flags & 0x40, connect.Fields.Count));
    }

    [Fact]
    public async Task Mqtt_3_1_2_19_with_the_flag_there_is_a_password()
    {
        var connect = await ConnectOf(options => options with { Password = ""u8.ToArray() });
        Assert.Equal(0x40, connect.Flags & 0x40);
        Assert.Equal(["test", ""], connect.Fields);
    }

    [Fact]
    public async Task Mqtt_3_1_2_20_a_ping_is_sent_within_the_keep_alive()
    {
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(change: options => options with { KeepAlive = TimeSpan.FromSeconds(40) }, time: time);
        time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_3_1_2_21_the_keep_alive_of_the_broker_wins()
    {
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(Wire.Connack(0, 0x13, 0, 10), options => options with { KeepAlive = TimeSpan.FromSeconds(1000) }, time);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Mqtt_3_1_2_23_the_session_outlives_the_connection_when_it_has_an_expiry()
    {
        await using var broker = new ScriptedBroker();
        var (second, first) = await Reconnect(broker, 1, Wire.SessionPresent5);
        Assert.Equal([0x11, 0, 0, 0x0E, 0x10], new ConnectFields(second.Side.Connect).Properties[..5]);
        Assert.Equal(first[0].PacketId, (await second.Side.ReadAsync()).PacketId);
    }

    [Fact]
    public async Task Mqtt_3_1_3_1_the_fields_of_the_payload_are_in_their_order() => Assert.Equal(
        ["test", "wi/ll", "gone", "u", "p"],
        (await ConnectOf(options => options with { Will = Will, Username = "u", Password = "p"u8.ToArray() })).Fields);

    [Fact]
    public async Task Mqtt_3_1_3_2_an_assigned_client_id_is_used_for_its_session_from_then_on()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Kept(Some.Options(broker.Port)) with { ClientId = "" });
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack(0, [0x12, .. Wire.Text("given")]));
        await first.LoseAsync();
        var second = await Opened.ConnectAsync(client, broker, Wire.SessionPresent5);
        Assert.Equal(["given"], new ConnectFields(second.Side.Connect).Fields);
    }

    [Fact]
    public async Task Mqtt_3_1_3_3_the_client_id_is_always_there_and_first() => Assert.Equal("", (await ConnectOf(options => options with { ClientId = "" })).Fields[0]);

    [Fact]
    public async Task Mqtt_3_1_3_4_the_client_id_is_utf_8()
    {
        Assert.Equal(["kessel-é"], (await ConnectOf(options => options with { ClientId = "kessel-é" })).Fields);
        Assert.Throws<ArgumentException>(() => new MqttClient(Some.Options(1) with { ClientId = "\uD800" }));
    }

    [Fact]
    public void Mqtt_3_1_3_11_the_will_topic_is_utf_8() =>
        Assert.Throws<ArgumentException>(() => new MqttClient(Some.Options(1) with { Will = Will with { Topic = "a\uDC00" } }));

    [Fact]
    public void Mqtt_3_1_3_12_the_user_name_is_utf_8() =>
        Assert.Throws<ArgumentException>(() => new MqttClient(Some.Options(1) with { Username = "\uD800x" }));
}
