using System.Text;
using EdgeAgent.Delivery;
using EdgeAgent.Tests.Mqtt;

namespace EdgeAgent.Tests.Delivery;

/// <summary>Connecting, coming back, and leaving.</summary>
public sealed class UplinkTests : TestsOfAnUplink
{
    [Fact]
    public async Task What_was_not_acknowledged_is_sent_again_after_the_reconnect_with_the_same_ids()
    {
        Start();
        await AppendAsync(1, 2, 3);
        var first = await Broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(first, 3);
        await first.SendAsync(Wire.Puback(sent[1].PacketId));
        await WaitForDepthAsync(2);
        first.Reset();

        var second = await Broker.AcceptAsync(Wire.Connack5);
        var again = await ReadingsAsync(second, 2);

        Assert.Equal([Id(sent[0]), Id(sent[2])], again.Select(Id));
        Assert.All(again, packet => Assert.False(packet.IsDuplicate));
    }

    [Fact]
    public async Task A_broker_that_drops_each_connection_at_once_is_told_once_and_the_stop_tells_no_failure()
    {
        Start(longestBackoff: TimeSpan.FromSeconds(20));
        for (var connection = 0; connection < 5; connection++)
        {
            (await Broker.AcceptAsync(Wire.Connack5)).Reset();
        }

        await WaitForAsync(() => Uplink!.Status is { Connections: 5, State: not UplinkState.Connected });
        await Stop.CancelAsync();
        await Running.WaitAsync(Deadline);

        Assert.Equal(["connected to", "lost the connection to", "connected to", "takes connections and keeps none"], Log.Lines.Select(line =>
            ((string[])["takes connections and keeps none", "lost the connection to", "connected to"]).FirstOrDefault(part => line.Contains(part, StringComparison.Ordinal), line)));
    }

    [Fact]
    public async Task While_the_second_broker_serves_the_first_is_taken_back_when_it_is_well()
    {
        await using var second = new ScriptedBroker();
        Start(second: second);
        var failing = await Broker.AcceptAsync();
        failing.Reset();

        // The first refuses; the second serves.
        var other = await second.AcceptAsync(Wire.Connack5);
        await AppendAsync(1);
        var sent = (await ReadingsAsync(other, 1))[0];
        await other.SendAsync(Wire.Puback(sent.PacketId));

        // The first takes the next try; the second is left politely, and what comes now goes to the first.
        var first = await Broker.AcceptAsync(Wire.Connack5);
        var goodbye = await other.ReadToEndAsync();
        await AppendAsync(2);

        Assert.Equal(Disconnect, goodbye[^1].Type);
        Assert.Equal(2, Value((await ReadingsAsync(first, 1))[0]));
    }

    [Fact]
    public async Task A_broker_that_only_takes_qos_0_gets_nothing_and_is_reported()
    {
        Start();
        await AppendAsync(1);

        // Maximum QoS 0.
        var broker = await Broker.AcceptAsync(Wire.Connack(0, 0x24, 0));
        var packets = await broker.ReadToEndAsync();

        Assert.DoesNotContain(packets, packet => packet.Type == Publish);
        _ = await Broker.AcceptAsync(Wire.Connack5);
        Assert.Contains("QoS 1", Uplink!.Status.LastError, StringComparison.Ordinal);
        Assert.Contains("the broker takes no QoS 1", Assert.Single(Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_that_it_is_online_and_at_a_clean_stop_that_it_is_not()
    {
        await AppendAsync(1, 2);
        Start();
        var first = await Broker.AcceptAsync(Wire.Connack5);
        var birth = await first.ReadUntilAsync(Publish);
        await first.SendAsync(Wire.Puback(birth.PacketId));
        first.Reset();
        var second = await Broker.AcceptAsync(Wire.Connack5);
        var again = await second.ReadUntilAsync(Publish);
        await second.SendAsync(Wire.Puback(again.PacketId));
        var sent = await ReadingsAsync(second, 2);
        await second.SendAsync(Wire.Puback(sent[0].PacketId));
        await WaitForDepthAsync(1);
        await Stop.CancelAsync();
        await second.SendAsync(Wire.Puback(sent[1].PacketId));
        var end = await second.ReadToEndAsync();

        Assert.Equal(("pi/status", true), (birth.Topic, birth.IsRetained));
        Assert.Equal("""{"state":"online","reason":"started","version":"1","queued":2}""", Text(birth));
        Assert.Equal("""{"state":"online","reason":"reconnected","version":"1","queued":2}""", Text(again));
        Assert.Equal(("pi/status", true), (end[0].Topic, end[0].IsRetained));
        Assert.Equal("""{"state":"offline","reason":"stopped","version":"1","queued":0}""", Text(end[0]));
        Assert.Equal(Disconnect, end[^1].Type);
        Assert.Contains(
            """pi/status.<{"state":"offline","reason":"connection lost","version":"1"}""",
            Encoding.Latin1.GetString(first.Connect.Bytes).Replace('\0', '.'),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_stop_waits_for_the_acknowledgements_that_are_due()
    {
        Start();
        await AppendAsync(1);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = (await ReadingsAsync(broker, 1))[0];
        await Stop.CancelAsync();
        await broker.SendAsync(Wire.Puback(sent.PacketId));
        _ = await broker.ReadToEndAsync();
        await Running.WaitAsync(Deadline);

        Assert.Equal(0, Rig.Queue.Snapshot().Depth);
    }
}
