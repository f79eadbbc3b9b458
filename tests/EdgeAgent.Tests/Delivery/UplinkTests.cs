using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Mqtt;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Hosting;
using EdgeAgent.Tests.Mqtt;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Delivery;

public sealed class UplinkTests : TestsWithAnEnd
{
    private const int Publish = 3;
    private const int Disconnect = 14;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ScriptedBroker _broker = new();
    private readonly QueueRig _rig = new QueueRig().Open();
    private readonly CancellationTokenSource _stop = new();
    private readonly DeliveryFigures _figures;
    private readonly RecordedLog _log = new();
    private Uplink? _uplink;
    private Task _running = Task.CompletedTask;

    public UplinkTests() => _figures = new(_rig.Clock);

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _broker.DisposeAsync();
        await _running.WaitAsync(Deadline);
        await _rig.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task What_was_not_acknowledged_is_sent_again_after_the_reconnect_with_the_same_ids()
    {
        Start();
        await AppendAsync(1, 2, 3);
        var first = await _broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(first, 3);
        await first.SendAsync(Wire.Puback(sent[1].PacketId));
        await WaitForDepthAsync(2);
        first.Reset();

        var second = await _broker.AcceptAsync(Wire.Connack5);
        var again = await ReadingsAsync(second, 2);

        Assert.Equal([Id(sent[0]), Id(sent[2])], again.Select(Id));
        Assert.All(again, packet => Assert.False(packet.IsDuplicate));
    }

    [Fact]
    public async Task Many_messages_are_in_flight_and_never_more_than_the_broker_takes()
    {
        Start();
        await AppendAsync([.. Enumerable.Range(1, 50)]);

        // Receive Maximum 7: the agent's own status takes one place, and one is kept for a live message.
        var broker = await _broker.AcceptAsync(Wire.Connack(0, 0x21, 0, 7));
        var flying = new Queue<WirePacket>();
        for (var i = 0; i < 7; i++)
        {
            flying.Enqueue(await broker.ReadUntilAsync(Publish));
        }

        var most = 0;
        for (var answered = 0; answered < 51; answered++)
        {
            most = Math.Max(most, _rig.Queue.Snapshot().InFlight);
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
    public async Task A_message_refused_for_good_is_set_aside_and_the_next_ones_go_on()
    {
        Start();
        await AppendAsync(1, 2);
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(broker, 2);

        await broker.SendAsync(Wire.Puback(sent[0].PacketId, 0x99));
        await broker.SendAsync(Wire.Puback(sent[1].PacketId));

        // The dead letter counts once it is on disk.
        await WaitForAsync(() => _rig.Queue.Snapshot() is { Depth: 0, DeadLetters: 1 });
    }

    [Fact]
    public async Task What_is_sent_refused_and_acknowledged_is_counted_and_timed()
    {
        Start();
        await AppendAsync(1, 2, 3);
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var sent = await ReadingsAsync(broker, 3);
        _rig.Clock.Now += 7_000;
        await broker.SendAsync(Wire.Puback(sent[0].PacketId, 0x99));
        await broker.SendAsync(Wire.Puback(sent[1].PacketId, 0x87));
        await broker.SendAsync(Wire.Puback(sent[2].PacketId));
        await WaitForAsync(() => _rig.Queue.Snapshot().Acknowledged == 1);
        _rig.Clock.Now += 400;
        var counts = new long[AcknowledgementTimes.Steps];
        _figures.Times.CopyTo(counts);

        Assert.Equal([(PubackReasonCode.NotAuthorized, 1L), (PubackReasonCode.PayloadFormatInvalid, 1L)], _figures.Refused);
        Assert.Equal((3, 400, 7_400), (_figures.Published, _figures.SinceAcknowledgement, _figures.ConnectedMilliseconds));
        Assert.NotNull(AcknowledgementTimes.Percentile(new long[AcknowledgementTimes.Steps], counts, 0.5));
        broker.Reset();
        await WaitForAsync(() => _uplink!.Status.State != UplinkState.Connected);
        _rig.Clock.Now += 60_000;

        Assert.Equal(7_400, _figures.ConnectedMilliseconds);
    }

    [Theory]
    [InlineData(0x97)]
    [InlineData(0x80)]
    [InlineData(0x83)]
    public async Task A_message_that_the_broker_puts_off_comes_again_later_and_is_never_a_dead_letter(byte code)
    {
        Start();
        await AppendAsync(1, 2, 3);
        var broker = await _broker.AcceptAsync(Wire.Connack5);
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
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        var again = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(again.PacketId));
        await WaitForDepthAsync(0);

        Assert.Equal((4, Id(sent[0])), (Value(next), Id(again)));
        Assert.Equal(0, _rig.Queue.Snapshot().DeadLetters);
    }

    [Fact]
    public async Task The_loss_of_a_refused_message_is_delivered_on_the_ledgers_topic()
    {
        Start();
        await AppendAsync(1);
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var sent = (await ReadingsAsync(broker, 1))[0];
        await broker.SendAsync(Wire.Puback(sent.PacketId, 0x99));
        await WaitForAsync(() => _rig.Queue.Snapshot().DeadLetters == 1);

        // An entry goes when nothing has been added to it for a while.
        _rig.Time.Advance(TimeSpan.FromSeconds(10));
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
        await _rig.AppendAsync([4, 5], _rig.Boiler with { Sensor = "other", Topic = "pi/other" });
        Start();
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var allowed = new HashSet<int>();
        while (allowed.Count < 2)
        {
            var packet = await broker.ReadUntilAsync(Publish);
            var isForbidden = packet.Topic == "pi/boiler";
            await broker.SendAsync(isForbidden ? Wire.Puback(packet.PacketId, 0x87) : Wire.Puback(packet.PacketId));
            _ = packet.Topic == "pi/other" && allowed.Add(Value(packet));
        }

        await WaitForDepthAsync(3);
        Assert.Equal(0, _rig.Queue.Snapshot().DeadLetters);
    }

    [Fact]
    public async Task What_waited_for_the_broker_is_marked_and_what_comes_now_is_not()
    {
        await AppendAsync(1, 2, 3);
        Start();
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var waited = await ReadingsAsync(broker, 3);
        await AppendAsync(4);
        var fresh = (await ReadingsAsync(broker, 1))[0];

        // The newest of a topic is its current value, so it went first and unmarked.
        Assert.Equal([3, 1, 2], waited.Select(Value));
        Assert.Equal([false, true, true], waited.Select(IsHistorical));
        Assert.Equal((4, false), (Value(fresh), IsHistorical(fresh)));
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
            var broker = await _broker.AcceptAsync(Wire.Connack5);
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

        await WaitForAsync(() => _rig.Queue.Snapshot() is { Depth: 0, DeadLetters: 1 });
        Assert.DoesNotContain(Poison, arrived);
    }

    [Fact]
    public async Task A_flapping_link_makes_no_dead_letter()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        await AppendAsync([.. Enumerable.Range(1, 60)]);
        Start();
        for (var connection = 0; _rig.Queue.Snapshot().Depth > 0; connection++)
        {
            Assert.True(connection < 500, $"no progress, seed {Seed}");
            var broker = await _broker.AcceptAsync(Wire.Connack5);
            for (var life = random.Next(1, 12); life > 0 && _rig.Queue.Snapshot().Depth > 0; life--)
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

        Assert.Equal(0, _rig.Queue.Snapshot().DeadLetters);
    }

    [Fact]
    public async Task A_broker_that_drops_each_connection_at_once_is_told_once_and_the_stop_tells_no_failure()
    {
        Start(longestBackoff: TimeSpan.FromSeconds(20));
        for (var connection = 0; connection < 5; connection++)
        {
            (await _broker.AcceptAsync(Wire.Connack5)).Reset();
        }

        await WaitForAsync(() => _uplink!.Status is { Connections: 5, State: not UplinkState.Connected });
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);

        Assert.Equal(["connected to", "lost the connection to", "connected to", "takes connections and keeps none"], _log.Lines.Select(line =>
            ((string[])["takes connections and keeps none", "lost the connection to", "connected to"]).FirstOrDefault(part => line.Contains(part, StringComparison.Ordinal), line)));
    }

    [Fact]
    public async Task While_the_second_broker_serves_the_first_is_taken_back_when_it_is_well()
    {
        await using var second = new ScriptedBroker();
        Start(second: second);
        var failing = await _broker.AcceptAsync();
        failing.Reset();

        // The first refuses; the second serves.
        var other = await second.AcceptAsync(Wire.Connack5);
        await AppendAsync(1);
        var sent = (await ReadingsAsync(other, 1))[0];
        await other.SendAsync(Wire.Puback(sent.PacketId));

        // The first takes the next try; the second is left politely, and what comes now goes to the first.
        var first = await _broker.AcceptAsync(Wire.Connack5);
        var goodbye = await other.ReadToEndAsync();
        await AppendAsync(2);

        Assert.Equal(Disconnect, goodbye[^1].Type);
        Assert.Equal(2, Value((await ReadingsAsync(first, 1))[0]));
    }

    [Fact]
    public async Task Oldest_first_keeps_the_order_of_acceptance_across_the_lanes()
    {
        await AppendAsync(1, 2, 3);
        Start(DeliveryOrder.OldestFirst);
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        await AppendAsync(4, 5);

        Assert.Equal([1, 2, 3, 4, 5], (await ReadingsAsync(broker, 5)).Select(Value));
    }

    [Fact]
    public async Task The_rate_holds_messages_back_until_it_is_their_turn()
    {
        await AppendAsync([.. Enumerable.Range(1, 5)]);
        Start(rate: 2);
        var started = TimeProvider.System.GetTimestamp();
        var broker = await _broker.AcceptAsync(Wire.Connack5);

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
        await _rig.AppendAsync([1, 2, 3], level);
        Start();
        var broker = await _broker.AcceptAsync(Wire.Connack5);
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

    [Fact]
    public async Task A_broker_that_only_takes_qos_0_gets_nothing_and_is_reported()
    {
        Start();
        await AppendAsync(1);

        // Maximum QoS 0.
        var broker = await _broker.AcceptAsync(Wire.Connack(0, 0x24, 0));
        var packets = await broker.ReadToEndAsync();

        Assert.DoesNotContain(packets, packet => packet.Type == Publish);
        _ = await _broker.AcceptAsync(Wire.Connack5);
        Assert.Contains("QoS 1", _uplink!.Status.LastError, StringComparison.Ordinal);
        Assert.Contains("the broker takes no QoS 1", Assert.Single(_log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_that_it_is_online_and_at_a_clean_stop_that_it_is_not()
    {
        await AppendAsync(1, 2);
        Start();
        var first = await _broker.AcceptAsync(Wire.Connack5);
        var birth = await first.ReadUntilAsync(Publish);
        await first.SendAsync(Wire.Puback(birth.PacketId));
        first.Reset();
        var second = await _broker.AcceptAsync(Wire.Connack5);
        var again = await second.ReadUntilAsync(Publish);
        await second.SendAsync(Wire.Puback(again.PacketId));
        var sent = await ReadingsAsync(second, 2);
        await second.SendAsync(Wire.Puback(sent[0].PacketId));
        await WaitForDepthAsync(1);
        await _stop.CancelAsync();
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
        var broker = await _broker.AcceptAsync(Wire.Connack5);
        var sent = (await ReadingsAsync(broker, 1))[0];
        await _stop.CancelAsync();
        await broker.SendAsync(Wire.Puback(sent.PacketId));
        _ = await broker.ReadToEndAsync();
        await _running.WaitAsync(Deadline);

        Assert.Equal(0, _rig.Queue.Snapshot().Depth);
    }

    private static string Id(WirePacket packet) => Json(packet).GetProperty("id").GetString()!;

    private static int Value(WirePacket packet) => Json(packet).GetProperty("value").GetInt32();

    private static bool IsHistorical(WirePacket packet) => Json(packet).TryGetProperty("historical", out _);

    private static string Text(WirePacket packet) => Encoding.UTF8.GetString(packet.Payload);

    private static JsonElement Json(WirePacket packet)
    {
        using var document = JsonDocument.Parse(packet.Payload);
        return document.RootElement.Clone();
    }

    /// <summary>The next publishes on the sensor's topic.</summary>
    private static async Task<List<WirePacket>> ReadingsAsync(BrokerSide broker, int count)
    {
        var readings = new List<WirePacket>();
        while (readings.Count < count)
        {
            if (await broker.ReadUntilAsync(Publish) is { Topic: "pi/boiler" } packet)
            {
                readings.Add(packet);
            }
        }

        return readings;
    }

    private void Start(DeliveryOrder order = DeliveryOrder.LiveFirst, double? rate = null, ScriptedBroker? second = null, TimeSpan? longestBackoff = null)
    {
        var broker = new BrokerConfig
        {
            Addresses = [.. new[] { _broker, second }.OfType<ScriptedBroker>().Select(broker => new BrokerAddress("127.0.0.1", broker.Port, Tls: false))],
            ClientId = "pi",
            KeepAlive = TimeSpan.FromSeconds(30),
            Protocol = ProtocolChoice.V5,
            BackoffInitial = TimeSpan.FromMilliseconds(10),
            BackoffMaximum = longestBackoff ?? TimeSpan.FromMilliseconds(20),
        };
        var delivery = new DeliveryConfig { Order = order, MaxInFlight = 100, Rate = rate };
        _uplink = new Uplink(
            broker, delivery, new Presence("pi/status", "1"), _rig.Queue, _figures, _rig.Clock, TimeProvider.System, _log);
        _running = _uplink.RunAsync(_stop.Token);
    }

    private async Task AppendAsync(params int[] values)
    {
        foreach (var value in values)
        {
            _ = await _rig.Queue.AppendAsync(_rig.Boiler, _rig.Clock.Now++, MessageBody.Of((long)value), CancellationToken.None);
        }
    }

    private Task WaitForDepthAsync(long depth) => WaitForAsync(() => _rig.Queue.Snapshot().Depth == depth);

    private static async Task WaitForAsync(Func<bool> isReached)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!isReached())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
