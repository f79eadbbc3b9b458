using EdgeAgent.Delivery;
using EdgeAgent.Mqtt;
using EdgeAgent.Tests.Mqtt;

namespace EdgeAgent.Tests.Delivery;

/// <summary>What becomes of a message that the broker does not take.</summary>
public sealed class RefusedMessageTests : TestsOfAnUplink
{
    [Fact]
    public async Task A_message_refused_for_good_is_set_aside_and_the_next_ones_go_on()
    {
        Start();
        await AppendAsync(1, 2);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(broker, 2);

        await broker.SendAsync(Wire.Puback(sent[0].PacketId, 0x99));
        await broker.SendAsync(Wire.Puback(sent[1].PacketId));

        // The dead letter counts once it is on disk.
        await WaitForAsync(() => Rig.Queue.Snapshot() is { Depth: 0, DeadLetters: 1 });
    }

    [Fact]
    public async Task What_is_sent_refused_and_acknowledged_is_counted_and_timed()
    {
        Start();
        await AppendAsync(1, 2, 3);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(broker, 3);
        Rig.Clock.Now += 7_000;
        await broker.SendAsync(Wire.Puback(sent[0].PacketId, 0x99));
        await broker.SendAsync(Wire.Puback(sent[1].PacketId, 0x87));
        await broker.SendAsync(Wire.Puback(sent[2].PacketId));
        await WaitForAsync(() => Rig.Queue.Snapshot().Acknowledged == 1);
        Rig.Clock.Now += 400;
        var counts = new long[AcknowledgementTimes.Steps];
        Figures.Times.CopyTo(counts);

        Assert.Equal([(PubackReasonCode.NotAuthorized, 1L), (PubackReasonCode.PayloadFormatInvalid, 1L)], Figures.Refused);
        Assert.Equal((3, 400, 7_400), (Figures.Published, Figures.SinceAcknowledgement, Figures.ConnectedMilliseconds));
        Assert.NotNull(AcknowledgementTimes.Percentile(new long[AcknowledgementTimes.Steps], counts, 0.5));
        broker.Reset();
        await WaitForAsync(() => Uplink!.Status.State != UplinkState.Connected);
        Rig.Clock.Now += 60_000;

        Assert.Equal(7_400, Figures.ConnectedMilliseconds);
    }

    [Theory]
    [InlineData(0x97)]
    [InlineData(0x80)]
    [InlineData(0x83)]
    public async Task A_message_that_the_broker_puts_off_comes_again_later_and_is_never_a_dead_letter(byte code)
    {
        Start();
        await AppendAsync(1, 2, 3);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(broker, 3);
        await broker.SendAsync(Wire.Puback(sent[0].PacketId, code));
        await broker.SendAsync(Wire.Puback(sent[1].PacketId));
        await broker.SendAsync(Wire.Puback(sent[2].PacketId));
        await WaitForDepthAsync(1);

        // Not before its time, and then with the same id.
        await AppendAsync(4);
        var next = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(next.PacketId));
        await WaitForDepthAsync(1);
        Rig.Time.Advance(TimeSpan.FromSeconds(5));
        var again = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(again.PacketId));
        await WaitForDepthAsync(0);

        Assert.Equal((4, Id(sent[0])), (Value(next), Id(again)));
        Assert.Equal(0, Rig.Queue.Snapshot().DeadLetters);
    }

    [Fact]
    public async Task The_loss_of_a_refused_message_is_delivered_on_the_ledgers_topic()
    {
        Start();
        await AppendAsync(1);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(sent.PacketId, 0x99));
        await WaitForAsync(() => Rig.Queue.Snapshot().DeadLetters == 1);

        // An entry goes when nothing has been added to it for a while.
        Rig.Time.Advance(TimeSpan.FromSeconds(10));
        WirePacket entry;
        while ((entry = await broker.ReadUntilAsync(Publish)).Topic != "edgeagent/ledger")
        {
        }

        Assert.Equal("refused", Json(entry).GetProperty("reason").GetString());
        Assert.Equal(1, Json(entry).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_topic_that_is_not_authorised_waits_and_holds_nothing_else_up()
    {
        await AppendAsync(1, 2, 3);
        await Rig.AppendAsync([4, 5], Rig.Boiler with { Sensor = "other", Topic = "pi/other" });
        Start();
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var allowed = new HashSet<int>();
        while (allowed.Count < 2)
        {
            var packet = await broker.ReadUntilAsync(Publish);
            var isForbidden = packet.Topic == "pi/boiler";
            await broker.SendAsync(isForbidden ? Wire.Puback(packet.PacketId, 0x87) : Wire.Puback(packet.PacketId));
            _ = packet.Topic == "pi/other" && allowed.Add(Value(packet));
        }

        await WaitForDepthAsync(3);
        Assert.Equal(0, Rig.Queue.Snapshot().DeadLetters);
    }

    [Fact]
    public async Task The_message_that_makes_the_broker_cut_the_connection_is_found_and_the_others_arrive()
    {
        const int Poison = 13;
        await AppendAsync([.. Enumerable.Range(1, 30)]);
        Start();
        var arrived = new HashSet<int>();
        while (arrived.Count < 29)
        {
            var broker = await Broker.AcceptAsync(Wire.Connack5);
            while (arrived.Count < 29 && await broker.TryReadAsync() is { } packet)
            {
                if (packet.Type == Publish && packet.Topic == "pi/boiler" && Value(packet) == Poison)
                {
                    broker.Reset();
                    break;
                }

                if (packet.Type == Publish)
                {
                    await broker.SendAsync(Wire.Puback(packet.PacketId));
                    _ = packet.Topic == "pi/boiler" && arrived.Add(Value(packet));
                }
            }
        }

        await WaitForAsync(() => Rig.Queue.Snapshot() is { Depth: 0, DeadLetters: 1 });
        Assert.DoesNotContain(Poison, arrived);
    }

    [Fact]
    public async Task A_suspect_in_the_backlog_is_tried_though_there_is_always_something_new()
    {
        const int Poison = 3;
        const int Many = 40;
        await AppendAsync(1, 2, Poison, 4, 5);
        Start();
        var (live, cuts, atTrial) = (100, 0, 0);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        while (Rig.Queue.Snapshot().DeadLetters == 0)
        {
            for (var before = 0; await broker.TryReadAsync() is { } packet;)
            {
                var isPoison = packet is { Type: Publish, Topic: "pi/boiler" } && Value(packet) == Poison;
                if (isPoison)
                {
                    cuts++;
                    atTrial = before;
                }

                // There before the answer, and before the next connection, so that what comes next is a choice.
                before += packet is { Type: Publish, Topic: "pi/boiler" } ? 1 : 0;
                await AppendAsync(cuts >= 2 && before <= Many ? [++live] : []);
                if (isPoison)
                {
                    broker.Reset();
                    break;
                }

                if (packet.Type == Publish)
                {
                    await broker.SendAsync(Wire.Puback(packet.PacketId));
                }
            }

            // Whoever connects again has judged the end of the last connection.
            broker = await Broker.AcceptAsync(Wire.Connack5);
            await Rig.Queue.SettleAsync().WaitAsync(Deadline);
        }

        Assert.InRange(atTrial, 0, Many / 2);
    }

    [Fact]
    public async Task A_broker_that_cuts_the_connection_on_the_ledgers_topic_gets_the_readings()
    {
        Start();
        await AppendAsync(1);
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        var sent = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(sent.PacketId, 0x99));
        await WaitForAsync(() => Rig.Queue.Snapshot().DeadLetters == 1);
        Rig.Time.Advance(TimeSpan.FromSeconds(10));
        var arrived = new HashSet<int>();
        for (var cuts = 0; arrived.Count < 3;)
        {
            while (arrived.Count < 3 && await broker.TryReadAsync() is { } packet)
            {
                if (packet is { Type: Publish, Topic: "edgeagent/ledger" })
                {
                    Assert.True(++cuts < 20, "the ledger goes before everything for ever");
                    broker.Reset();
                    break;
                }

                if (packet.Type == Publish)
                {
                    await broker.SendAsync(Wire.Puback(packet.PacketId));
                    _ = packet.Topic == "pi/boiler" && arrived.Add(Value(packet));
                }
            }

            if (arrived.Count < 3)
            {
                await AppendAsync(cuts == 1 ? [2, 3, 4] : []);
                broker = await Broker.AcceptAsync(Wire.Connack5);
            }
        }

        Assert.Equal([2, 3, 4], arrived.Order());
    }

    [Fact]
    public async Task A_flapping_link_makes_no_dead_letter()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        await AppendAsync([.. Enumerable.Range(1, 60)]);
        Start();
        for (var connection = 0; Rig.Queue.Snapshot().Depth > 0; connection++)
        {
            Assert.True(connection < 500, $"no progress, seed {Seed}");
            var broker = await Broker.AcceptAsync(Wire.Connack5);
            for (var life = random.Next(1, 12); life > 0 && Rig.Queue.Snapshot().Depth > 0; life--)
            {
                if (await broker.TryReadAsync() is not { } packet)
                {
                    break;
                }

                if (packet.Type == Publish && life > 1)
                {
                    await broker.SendAsync(Wire.Puback(packet.PacketId));
                }
            }

            broker.Reset();
        }

        Assert.Equal(0, Rig.Queue.Snapshot().DeadLetters);
    }
}
