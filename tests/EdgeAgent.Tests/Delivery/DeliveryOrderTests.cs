using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Mqtt;

namespace EdgeAgent.Tests.Delivery;

/// <summary>What goes when: how much at once, the lanes, the rate.</summary>
public sealed class DeliveryOrderTests : TestsOfAnUplink
{
    [Fact]
    public async Task Many_messages_are_in_flight_and_never_more_than_the_broker_takes()
    {
        Start();
        await AppendAsync([.. Enumerable.Range(1, 50)]);

        // Receive Maximum 7: the agent's own status takes one place, and one is kept for a live message.
        var broker = await Broker.AcceptAsync(Wire.Connack(0, 0x21, 0, 7));
        var flying = new Queue<WirePacket>();
        for (var i = 0; i < 7; i++)
        {
            flying.Enqueue(await broker.ReadUntilAsync(Publish));
        }

        var most = 0;
        for (var answered = 0; answered < 51; answered++)
        {
            most = Math.Max(most, Rig.Queue.Snapshot().InFlight);
            await broker.SendAsync(Wire.Puback(flying.Dequeue().PacketId));
            if (flying.Count < 6 && answered < 45)
            {
                flying.Enqueue(await broker.ReadUntilAsync(Publish));
            }
        }

        await WaitForDepthAsync(0);
        Assert.InRange(most, 5, 7);
    }

    [Fact]
    public async Task What_waited_for_the_broker_is_marked_and_what_comes_now_is_not()
    {
        await AppendAsync(1, 2, 3);
        Start();
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var waited = await ReadingsAsync(broker, 3);
        await AppendAsync(4);
        var fresh = (await ReadingsAsync(broker, 1))[0];

        // The newest of a topic is its current value, so it went first and unmarked.
        Assert.Equal([3, 1, 2], waited.Select(Value));
        Assert.Equal([false, true, true], waited.Select(IsHistorical));
        Assert.Equal((4, false), (Value(fresh), IsHistorical(fresh)));
    }

    [Fact]
    public async Task Oldest_first_keeps_the_order_of_acceptance_across_the_lanes()
    {
        await AppendAsync(1, 2, 3);
        Start(DeliveryOrder.OldestFirst);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        await AppendAsync(4, 5);

        Assert.Equal([1, 2, 3, 4, 5], (await ReadingsAsync(broker, 5)).Select(Value));
    }

    [Fact]
    public async Task The_rate_holds_messages_back_until_it_is_their_turn()
    {
        await AppendAsync([.. Enumerable.Range(1, 5)]);
        Start(rate: 2);
        var started = TimeProvider.System.GetTimestamp();
        var broker = await Broker.AcceptAsync(Wire.Connack5);

        _ = await ReadingsAsync(broker, 5);

        // Two at once, then one every half second.
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(1.4));
    }

    [Fact]
    public async Task History_goes_to_its_own_topic_and_is_never_retained()
    {
        var level = new Envelope
        {
            Sensor = "level",
            Topic = "pi/level",
            HistoryTopic = "pi/level/history",
            Retain = true,
            Fields = [new("value", null)],
        };
        await Rig.AppendAsync([1, 2, 3], level);
        Start();
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = new List<WirePacket>();
        while (sent.Count < 3)
        {
            if (await broker.ReadUntilAsync(Publish) is var packet && packet.Topic.StartsWith("pi/level", StringComparison.Ordinal))
            {
                sent.Add(packet);
            }
        }

        Assert.Equal(["pi/level", "pi/level/history", "pi/level/history"], sent.Select(packet => packet.Topic));
        Assert.Equal([true, false, false], sent.Select(packet => packet.IsRetained));
        Assert.Equal([3, 1, 2], sent.Select(Value));
    }
}
