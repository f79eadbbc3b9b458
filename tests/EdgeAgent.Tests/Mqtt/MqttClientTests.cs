using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

public sealed class MqttClientTests
{
    [Fact]
    public async Task Connect_carries_what_the_options_say()
    {
        await using var link = await Link.OpenAsync(change: options => options with
        {
            Username = "user",
            Password = "secret"u8.ToArray(),
            KeepAlive = TimeSpan.FromSeconds(30),
            UserProperties = [new("a", "b")],
            ReceiveMaximum = 5,
            MaximumPacketSize = 65_536,
            Will = new MqttWill { Topic = "w", Payload = "gone"u8.ToArray(), Retain = true, Delay = TimeSpan.FromSeconds(9), ContentType = "x" },
        });
        byte[] expected =
        [
            .. Wire.Text("MQTT"), 5, 0b1110_1110, 0, 30,
            15, 0x21, 0, 5, 0x27, 0, 1, 0, 0, 0x26, .. Wire.Text("a"), .. Wire.Text("b"),
            .. Wire.Text("test"),
            9, 0x18, 0, 0, 0, 9, 0x03, .. Wire.Text("x"),
            .. Wire.Text("w"), .. Wire.Text("gone"), .. Wire.Text("user"), .. Wire.Text("secret"),
        ];
        Assert.Equal(expected, link.Side.Connect.Body.ToArray());
    }

    [Fact]
    public async Task Connack_properties_are_surfaced_and_obeyed()
    {
        await using var link = await Link.OpenAsync(Wire.Connack(
            0,
            [
                0x11, 0, 0, 0, 60, 0x21, 0, 10, 0x24, 1, 0x25, 0, 0x27, 0, 0, 16, 0, 0x12, .. Wire.Text("given"), 0x22, 0, 4,
                0x1F, .. Wire.Text("welcome"), 0x26, .. Wire.Text("k"), .. Wire.Text("v"), 0x28, 0, 0x29, 0, 0x2A, 0, 0x13, 0, 17,
                0x1A, .. Wire.Text("info"), 0x1C, .. Wire.Text("other"),
            ]));
        Assert.Equal(
            new ConnackProperties
            {
                Protocol = MqttProtocolVersion.V5,
                SessionExpiry = TimeSpan.FromSeconds(60),
                ReceiveMaximum = 10,
                MaximumQos = MqttQos.AtLeastOnce,
                RetainAvailable = false,
                MaximumPacketSize = 4096,
                ClientId = "given",
                TopicAliasMaximum = 4,
                ReasonString = "welcome",
                UserProperties = link.Connection.Connack.UserProperties,
                WildcardSubscriptionAvailable = false,
                SubscriptionIdentifiersAvailable = false,
                SharedSubscriptionAvailable = false,
                KeepAlive = TimeSpan.FromSeconds(17),
                ResponseInformation = "info",
                ServerReference = "other",
            },
            link.Connection.Connack);
        Assert.Equal([new MqttUserProperty("k", "v")], link.Connection.Connack.UserProperties);
    }

    [Theory]
    [InlineData(new byte[] { 0x20, 2, 0, 1 })]
    [InlineData(new byte[] { 0x20, 3, 0, 0x84, 0 })]
    [InlineData(new byte[0])]
    public async Task A_broker_that_knows_only_3_1_1_is_found_and_remembered(byte[] answer)
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Some.Options(broker.Port) with { Protocol = MqttProtocolVersion.Auto });
        var connecting = client.ConnectAsync(new RecordingHandler());
        var first = await broker.AcceptAsync(answer);
        Assert.Equal(5, first.Connect.Body[6]);
        first.Close();
        var second = await broker.AcceptAsync(Wire.Connack311);
        Assert.Equal(4, second.Connect.Body[6]);
        var outcome = await connecting.WaitAsync(ScriptedBroker.Patience);
        Assert.Equal(MqttProtocolVersion.V311, outcome.Connection?.Connack.Protocol);
        await outcome.Connection!.DisposeAsync();

        connecting = client.ConnectAsync(new RecordingHandler());
        var third = await broker.AcceptAsync(Wire.Connack311);
        Assert.Equal(4, third.Connect.Body[6]);
        await (await connecting).Connection!.DisposeAsync();
    }

    [Fact]
    public async Task A_broker_that_spoke_5_0_once_and_only_closes_since_then_is_asked_for_3_1_1()
    {
        await using var broker = new ScriptedBroker();
        var client = new MqttClient(Some.Options(broker.Port) with { Protocol = MqttProtocolVersion.Auto });
        await (await Opened.ConnectAsync(client, broker, Wire.Connack5)).LoseAsync();
        var connecting = Task.FromResult<ConnectOutcome>(null!);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await connecting;
            connecting = client.ConnectAsync(new RecordingHandler());
            var side = await broker.AcceptAsync([]);
            Assert.Equal(5, side.Connect.Body[6]);
            side.Close();
        }

        Assert.Equal(4, (await broker.AcceptAsync(Wire.Connack311)).Connect.Body[6]);
        await (await connecting.WaitAsync(ScriptedBroker.Patience)).Connection!.DisposeAsync();
    }

    [Theory]
    [InlineData("test", true)]
    [InlineData("", false)]
    public async Task What_only_5_0_allows_is_not_tried_in_3_1_1(string clientId, bool hasPassword)
    {
        await using var broker = new ScriptedBroker();
        var options = Some.Options(broker.Port) with { Protocol = MqttProtocolVersion.Auto, ClientId = clientId, SessionExpiry = TimeSpan.FromHours(1) };
        var connecting = new MqttClient(hasPassword ? options with { Password = "secret"u8.ToArray() } : options).ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync([0x20, 2, 0, 1]);

        // A second attempt would wait for an answer that does not come.
        Assert.Equal(ConnectFailureKind.UnsupportedProtocolVersion, (await connecting.WaitAsync(ScriptedBroker.Patience)).Failure?.Kind);
    }

    [Theory]
    [InlineData(0x86, ConnectFailureKind.BadCredentials)]
    [InlineData(0x87, ConnectFailureKind.NotAuthorized)]
    [InlineData(0x85, ConnectFailureKind.ClientIdRejected)]
    [InlineData(0x89, ConnectFailureKind.ServerUnavailable)]
    [InlineData(0x9C, ConnectFailureKind.UseAnotherServer)]
    [InlineData(0x84, ConnectFailureKind.UnsupportedProtocolVersion)]
    public async Task A_refusal_of_the_broker_is_explained(byte code, ConnectFailureKind kind)
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port)).ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync(Wire.Connack(code, [0x1F, .. Wire.Text("because")]));
        var failure = (await connecting.WaitAsync(ScriptedBroker.Patience)).Failure;
        Assert.Equal((ConnectStep.Connack, kind, (ConnackReasonCode)code, "because"), (failure!.Step, failure.Kind, failure.ReasonCode, failure.ReasonString));
        Assert.Contains("because", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_nothing_listens_on_is_refused()
    {
        int port;
        await using (var broker = new ScriptedBroker())
        {
            port = broker.Port;
        }

        var outcome = await new MqttClient(Some.Options(port)).ConnectAsync(new RecordingHandler());
        Assert.Equal((ConnectStep.Connect, ConnectFailureKind.Refused), (outcome.Failure!.Step, outcome.Failure.Kind));
    }

    [Fact]
    public async Task A_name_without_an_address_is_not_found()
    {
        var outcome = await new MqttClient(Some.Options(1) with { Host = "no-such-host.invalid" }).ConnectAsync(new RecordingHandler());
        Assert.Equal((ConnectStep.Resolve, ConnectFailureKind.NameNotFound), (outcome.Failure!.Step, outcome.Failure.Kind));
    }

    [Fact]
    public void Options_out_of_range_are_refused_all_at_once()
    {
        var exception = Assert.Throws<ArgumentException>(() => new MqttClient(Some.Options(0) with { Host = "", ReceiveMaximum = 0 }));
        Assert.Contains("Host", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Port", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ReceiveMaximum", exception.Message, StringComparison.Ordinal);
    }
}
