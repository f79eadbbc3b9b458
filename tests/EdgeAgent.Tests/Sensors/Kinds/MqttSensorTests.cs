using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Mqtt;
using EdgeAgent.Tests.Sensors.Support;
using Some = EdgeAgent.Tests.Sensors.Support.Some;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class MqttSensorTests
{
    [SkippableFact]
    public async Task Values_of_wildcard_topics_have_the_name_of_their_device()
    {
        await using var broker = await BrokerAsync();
        await using var stream = await OpenAsync(broker, null, Topics("zigbee2mqtt/+", "probe/#", "tank/level"));

        await broker.PublishAsync("zigbee2mqtt/Living Room", """{"temperature":21.5,"update":{"state":"idle"}}""");
        Assert.Equal(
            [new NamedValue("living_room_temperature", Value.Of(21.5)), new("living_room_update_state", Value.Of("idle"))],
            (await stream.NextAsync()).Values.AsEnumerable());

        await broker.PublishAsync("tank/level", "42");
        Assert.Equal([new NamedValue("value", Value.Of(42))], (await stream.NextAsync()).Values.AsEnumerable());

        await broker.PublishAsync("zigbee2mqtt/broken", "rubbish");
        var failure = (await stream.NextAsync()).Failure;
        Assert.Equal(SensorFailureKind.Format, failure?.Kind);
        Assert.Contains("zigbee2mqtt/broken", failure!.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Messages_are_forwarded_as_they_are_and_never_round_and_round()
    {
        await using var broker = await BrokerAsync();
        await using var stream = await OpenAsync(broker, null, Topics("#"), ("forward", true), ("forward_topic", "site/{topic}"));

        await broker.PublishAsync("site/own", "not again");
        await broker.PublishAsync("a/b", "\u0001bytes\u0000");

        var message = (await stream.NextAsync()).Message;
        while (message!.Topic.StartsWith("site/probe", StringComparison.Ordinal))
        {
            message = (await stream.NextAsync()).Message;
        }

        Assert.Equal(("site/a/b", "\u0001bytes\u0000"), (message.Topic, Encoding.UTF8.GetString(message.Payload.Span)));
    }

    [SkippableFact]
    public async Task Nothing_is_forwarded_into_the_broker_that_it_came_from()
    {
        await using var broker = await BrokerAsync();
        var environment = Some.Environment() with { Uplink = () => [Address(broker)] };

        await using var stream = Run(broker, environment, Topics("#"), ("forward", true), ("forward_topic", "{topic}"));

        Assert.Contains("for ever", (await stream.EndAsync()).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_message_is_acknowledged_only_once_it_is_durable()
    {
        await using var broker = await BrokerAsync();
        var isDurable = false;
        var asked = new SemaphoreSlim(0);
        var environment = Some.Environment() with
        {
            WhenDurable = () =>
            {
                asked.Release();
                return Task.FromResult(isDurable);
            },
        };

        await using (var first = await OpenAsync(broker, environment, Topics("a/#", "probe/#")))
        {
            await broker.PublishAsync("a/b", "7");
            await UntilAsync(first, 7);
            Assert.True(await asked.WaitAsync(Some.Deadline));
        }

        // It was not durable, so the session still has it.
        await using (var second = Run(broker, environment, Topics("a/#", "probe/#")))
        {
            await UntilAsync(second, 7);
            isDurable = true;
            while (asked.CurrentCount > 0)
            {
                await asked.WaitAsync();
            }

            Assert.True(await asked.WaitAsync(Some.Deadline));
        }

        // And while nobody listened the session kept the next one; the one before is done with.
        await broker.PublishAsync("a/b", "8");
        await using var third = Run(broker, environment, Topics("a/#", "probe/#"));
        Assert.Equal(Value.Of(8), (await third.NextAsync()).Values[0].Value);
    }

    [SkippableFact]
    public async Task A_retained_message_is_left_out_where_it_is_not_wanted()
    {
        await using var broker = await BrokerAsync();
        await broker.PublishAsync("a/kept", "1", retain: true);

        await using var without = await OpenAsync(broker, null, Topics("a/#", "probe/#"), ("retained", false), ("client_id", "one"));
        await broker.PublishAsync("a/new", "2");
        Assert.Equal(Value.Of(2), (await without.NextAsync()).Values[0].Value);

        await using var with = Run(broker, null, Topics("a/#"), ("client_id", "two"));
        Assert.Equal(Value.Of(1), (await with.NextAsync()).Values[0].Value);
    }

    [SkippableFact]
    public async Task A_broker_that_goes_away_ends_the_run_and_says_so()
    {
        await using var broker = await BrokerAsync();
        await using var stream = await OpenAsync(broker, null, Topics("a/#", "probe/#"));

        await broker.StopAsync();

        Assert.Equal(SensorFailureKind.Io, (await stream.EndAsync()).Kind);
    }

    [SkippableFact]
    public async Task A_broker_behind_tls_is_believed_only_with_its_authority()
    {
        using var certificates = new TestCertificates();
        using var server = certificates.Server("localhost");
        var (certificate, key) = certificates.Write("broker", server);
        await using var broker = await Mosquitto.StartAsync($"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}");
        var url = ("url", (object)new BrokerAddress("localhost", broker.Port, Tls: true));

        await using var unknown = new RunningStream(MqttSensor.Kind, null, url, Topics("$SYS/broker/version"));
        Assert.Contains("Test CA", (await unknown.EndAsync()).Message, StringComparison.Ordinal);

        await using var known = new RunningStream(MqttSensor.Kind, null, url, Topics("$SYS/broker/version"), ("ca_file", certificates.CaFile), ("forward", true));
        Assert.StartsWith("mosquitto", Encoding.UTF8.GetString((await known.NextAsync()).Message!.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_knows_only_3_1_1_is_read_and_answered_in_it()
    {
        await using var broker = new ScriptedBroker();
        await using var stream = new RunningStream(
            MqttSensor.Kind, null, ("url", new BrokerAddress("127.0.0.1", broker.Port, Tls: false)), Topics("a/#"));

        // "Unacceptable protocol version", as 3.1.1 has it, to the CONNECT of 5.0.
        (await broker.AcceptAsync([0x20, 2, 0, 1])).Close();
        var side = await broker.AcceptAsync(Wire.Connack311);
        Assert.Equal(4, side.Connect.Body[6]);
        var subscribe = await side.ReadAsync();
        await side.SendAsync(0x90, 3, 0, (byte)subscribe.PacketId, 1);
        await side.SendAsync(Wire.Packet(0x32, [.. Wire.Text("a/b"), 0, 7, (byte)'5']));

        Assert.Equal(Value.Of(5), (await stream.NextAsync()).Values[0].Value);
        Assert.Equal(Wire.Puback(7), (await side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Without_user_and_password_none_is_sent()
    {
        await using var broker = new ScriptedBroker();
        await using var stream = new RunningStream(
            MqttSensor.Kind, null, ("url", new BrokerAddress("127.0.0.1", broker.Port, Tls: false)), Topics("a/#"));

        var side = await broker.AcceptAsync(Wire.Connack5);

        Assert.Equal(0, side.Connect.Body[7] & 0b1100_0000);
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        await using var broker = new LocalBroker();
        await using var stream = Run(broker, null, Topics("#"));

        Assert.Equal(SensorFailureKind.Io, (await stream.EndAsync()).Kind);
    }

    [Theory]
    [InlineData("a/+", "a/b", "b")]
    [InlineData("a/+/c", "a/b/c", "b")]
    [InlineData("a/+/c", "a/b/d", null)]
    [InlineData("a/+", "a", null)]
    [InlineData("a/+", "a/b/c", null)]
    [InlineData("a/#", "a", "")]
    [InlineData("a/#", "a/b/c", "b/c")]
    [InlineData("+/b/#", "a/b/c/d", "a/c/d")]
    [InlineData("#", "a/b", "a/b")]
    [InlineData("#", "$SYS/uptime", null)]
    [InlineData("+/uptime", "$SYS/uptime", null)]
    [InlineData("a/b", "a/b", "")]
    [InlineData("a/b", "a", null)]
    [InlineData("$share/group/a/+", "a/b", "b")]
    public void Wildcards_stand_for_levels(string filter, string topic, string? expected) => Assert.Equal(expected, TopicFilterMatch.Wildcards(filter, topic));

    private static async Task<LocalBroker> BrokerAsync()
    {
        Skip.IfNot(LocalBroker.IsInstalled, "mosquitto is not installed");
        return await LocalBroker.StartedAsync();
    }

    private static (string Name, object Value) Topics(params string[] topics) => ("topics", topics.ToImmutableArray());

    private static BrokerAddress Address(LocalBroker broker) => new("127.0.0.1", broker.Port, Tls: false);

    private static RunningStream Run(LocalBroker broker, SensorEnvironment? environment, params (string Name, object Value)[] settings) =>
        new(MqttSensor.Kind, environment, [("url", Address(broker)), .. settings]);

    /// <summary>A running sensor whose subscription has shown that it stands.</summary>
    private static async Task<RunningStream> OpenAsync(LocalBroker broker, SensorEnvironment? environment, params (string Name, object Value)[] settings)
    {
        var stream = Run(broker, environment, settings);
        var next = stream.NextAsync();
        while (!next.IsCompleted)
        {
            await broker.PublishAsync("probe/it", "0");
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        await broker.PublishAsync("probe/it", "-1");
        while (await stream.NextAsync() is var seen && (seen.Message is { } message ? message.Payload.Length != 2 : seen.Values[0].Value != Value.Of(-1)))
        {
        }

        return stream;
    }

    private static async Task UntilAsync(RunningStream stream, long value)
    {
        while ((await stream.NextAsync()).Values[0].Value != Value.Of(value))
        {
        }
    }
}
