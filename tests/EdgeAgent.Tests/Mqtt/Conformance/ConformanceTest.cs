using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>What the tests of single statements have in common. CONFORMANCE.md in the library's folder lists every statement with its test.</summary>
public abstract class ConformanceTest
{
    /// <summary>A session of an hour.</summary>
    private protected static readonly Func<MqttClientOptions, MqttClientOptions> Kept = options => options with { SessionExpiry = TimeSpan.FromHours(1) };

    /// <summary>What is sent makes the client say DISCONNECT with this code, and close.</summary>
    private protected static async Task Violates(byte code, byte[] sent, Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        await using var link = await Link.OpenAsync(change: change);
        await link.Side.SendAsync(sent);
        var packets = await link.Side.ReadToEndAsync();
        link.Side.Close();
        Assert.Equal(Wire.Packet(0xE0, [code]), Assert.Single(packets).Bytes);
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.ProtocolError, (DisconnectReasonCode)code), (closed.Kind, closed.ReasonCode!.Value));
    }

    /// <summary>What is sent instead of a good CONNACK makes connecting fail.</summary>
    private protected static async Task RefusesConnack(byte[] sent, ConnectFailureKind kind = ConnectFailureKind.ProtocolError)
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port)).ConnectAsync(new RecordingHandler());
        var side = await broker.AcceptAsync(sent);
        var outcome = await connecting.WaitAsync(ScriptedBroker.Patience);
        Assert.Equal((ConnectStep.Connack, kind), (outcome.Failure!.Step, outcome.Failure.Kind));
        Assert.Empty(await side.ReadToEndAsync());
    }

    /// <summary>The CONNECT that options lead to.</summary>
    private protected static async Task<ConnectFields> ConnectOf(Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        await using var link = await Link.OpenAsync(change: change);
        return new ConnectFields(link.Side.Connect);
    }

    /// <summary>The packet of a publish.</summary>
    private protected static async Task<WirePacket> PublishOf(MqttQos qos)
    {
        await using var link = await Link.OpenAsync();
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", "x", 1, qos));
        return await link.Side.ReadAsync();
    }

    /// <summary>The status of a publish to a topic, on a connection with this CONNACK.</summary>
    private protected static async Task<PublishStatus> StatusOf(string topic, byte[]? connack = null)
    {
        await using var link = await Link.OpenAsync(connack);
        return link.Connection.Publish(topic, "x", 1);
    }

    /// <summary>What becomes of a subscribe that breaks a rule.</summary>
    private protected static async Task IsNotSent(params MqttSubscription[] subscriptions)
    {
        await using var link = await Link.OpenAsync();
        var outcome = await link.Connection.SubscribeAsync(subscriptions);
        Assert.Equal(SubscribeStatus.Invalid, outcome.Status);
        Assert.NotEmpty(outcome.Message);
        await IsQuiet(link);
    }

    /// <summary>Nothing was sent: the next packet is the one that this sends.</summary>
    private protected static async Task IsQuiet(Link link)
    {
        link.Connection.Publish("mark", "mark", qos: MqttQos.AtMostOnce);
        Assert.Equal("mark", (await link.Side.ReadAsync()).Topic);
    }

    /// <summary>Publishes on a first connection of a kept session, loses it, and connects again.</summary>
    private protected static async Task<(Opened Second, IReadOnlyList<WirePacket> First)> Reconnect(ScriptedBroker broker, int publishes, byte[] connack)
    {
        var client = new MqttClient(Kept(Some.Options(broker.Port)));
        var first = await Opened.ConnectAsync(client, broker, Wire.Connack5);
        var packets = new List<WirePacket>();
        for (var i = 0; i < publishes; i++)
        {
            first.Connection.Publish("t", $"{i}", i);
            packets.Add(await first.Side.ReadAsync());
        }

        await first.LoseAsync();
        return (await Opened.ConnectAsync(client, broker, connack), packets);
    }
}

/// <summary>The fields of a CONNECT of 5.0, or of 3.1.1.</summary>
internal sealed class ConnectFields
{
    public ConnectFields(WirePacket connect)
    {
        Bytes = connect.Bytes;
        var body = connect.Body.ToArray();
        Name = body[..6];
        Version = body[6];
        Flags = body[7];
        KeepAlive = (body[8] << 8) | body[9];
        var at = 10;
        Properties = Version == 5 ? Section(body, ref at) : [];
        Fields.Add(Field(body, ref at));
        if ((Flags & 4) != 0)
        {
            WillProperties = Version == 5 ? Section(body, ref at) : [];
        }

        while (at < body.Length)
        {
            Fields.Add(Field(body, ref at));
        }
    }

    public byte[] Bytes { get; }

    public byte[] Name { get; }

    public int Version { get; }

    public int Flags { get; }

    public int KeepAlive { get; }

    public byte[] Properties { get; }

    public byte[]? WillProperties { get; }

    /// <summary>The fields of the payload in their order, as text.</summary>
    public List<string> Fields { get; } = [];

    private static byte[] Section(byte[] body, ref int at)
    {
        var length = (int)body[at++];
        Assert.True(length < 128, "The tests keep to short property sections.");
        at += length;
        return body[(at - length)..at];
    }

    private static string Field(byte[] body, ref int at)
    {
        var length = (body[at] << 8) | body[at + 1];
        at += 2 + length;
        return System.Text.Encoding.UTF8.GetString(body, at - length, length);
    }
}
