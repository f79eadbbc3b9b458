using System.Text;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>Values for tests that do not care which.</summary>
internal static class Some
{
    public static MqttClientOptions Options(int port) => new() { Host = "127.0.0.1", Port = port, ClientId = "test", Protocol = MqttProtocolVersion.V5 };

    /// <summary>Publishes text.</summary>
    public static PublishStatus Publish(this MqttConnection connection, string topic, string payload, long token = 0, MqttQos qos = MqttQos.AtLeastOnce) =>
        connection.TryPublish(new MqttPublish { Topic = Encoding.UTF8.GetBytes(topic), Payload = Encoding.UTF8.GetBytes(payload), Qos = qos }, token);
}

/// <summary>A client connected to a scripted broker.</summary>
internal sealed record Link(ScriptedBroker Broker, BrokerSide Side, MqttClient Client, MqttConnection Connection, RecordingHandler Handler) : IAsyncDisposable
{
    public static Task<Link> OpenAsync(byte[]? connack = null, Func<MqttClientOptions, MqttClientOptions>? change = null, TimeProvider? time = null) =>
        OpenAsync(new RecordingHandler(), connack, change, time);

    public static async Task<Link> OpenAsync(
        RecordingHandler handler, byte[]? connack = null, Func<MqttClientOptions, MqttClientOptions>? change = null, TimeProvider? time = null, int? receiveBuffer = null)
    {
        var broker = new ScriptedBroker(receiveBuffer: receiveBuffer);
        var options = Some.Options(broker.Port);
        var client = new MqttClient(change is null ? options : change(options), time);
        var connecting = client.ConnectAsync(handler);
        var side = await broker.AcceptAsync(connack ?? Wire.Connack5);
        var outcome = await connecting.WaitAsync(ScriptedBroker.Patience);
        Assert.True(outcome.IsConnected, outcome.Failure?.Message);
        return new Link(broker, side, client, outcome.Connection, handler);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await Broker.DisposeAsync();
    }
}

/// <summary>One of several connections of one client to one scripted broker.</summary>
internal sealed record Opened(BrokerSide Side, MqttConnection Connection, RecordingHandler Handler)
{
    public static async Task<Opened> ConnectAsync(MqttClient client, ScriptedBroker broker, byte[] connack)
    {
        var handler = new RecordingHandler();
        var connecting = client.ConnectAsync(handler);
        var side = await broker.AcceptAsync(connack);
        var outcome = await connecting.WaitAsync(ScriptedBroker.Patience);
        Assert.True(outcome.IsConnected, outcome.Failure?.Message);
        return new Opened(side, outcome.Connection, handler);
    }

    public async Task LoseAsync()
    {
        Side.Reset();
        await Handler.ClosedAsync();
        await Connection.Completion.WaitAsync(ScriptedBroker.Patience);
    }
}
