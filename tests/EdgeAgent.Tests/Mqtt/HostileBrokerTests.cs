using EdgeAgent.Mqtt;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>A broker that is broken or means harm: the connection ends, memory stays bounded, and the reason is told.</summary>
public sealed class HostileBrokerTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_connack_that_never_ends_is_cut_at_the_limit()
    {
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port) with { MaximumPacketSize = 1000 }).ConnectAsync(new RecordingHandler());
        await broker.AcceptAsync([0x20, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, .. new byte[2000]]);
        var failure = (await connecting.WaitAsync(ScriptedBroker.Patience)).Failure;
        Assert.Equal(ConnectFailureKind.ProtocolError, failure?.Kind);
        Assert.Contains("above the maximum of 1000", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connack_that_does_not_come_is_given_up_and_told()
    {
        var time = new FakeTimeProvider();
        await using var broker = new ScriptedBroker();
        var connecting = new MqttClient(Some.Options(broker.Port) with { ConnectTimeout = TimeSpan.FromSeconds(20) }, time).ConnectAsync(new RecordingHandler());
        var side = await broker.AcceptAsync();
        await side.ReadAsync();
        await side.SendAsync(0x20);
        time.Advance(TimeSpan.FromSeconds(20));
        var failure = (await connecting.WaitAsync(ScriptedBroker.Patience)).Failure!;
        Assert.Equal((ConnectStep.Connack, ConnectFailureKind.TimedOut), (failure.Step, failure.Kind));
        Assert.Contains("CONNECT", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_cancellation()
    {
        await using var broker = new ScriptedBroker();
        using var giveUp = new CancellationTokenSource();
        var connecting = new MqttClient(Some.Options(broker.Port)).ConnectAsync(new RecordingHandler(), giveUp.Token);
        await (await broker.AcceptAsync()).ReadAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task Acknowledgements_of_ids_never_used_cost_nothing()
    {
        await using var link = await Link.OpenAsync();
        link.Connection.Publish("t", "x", 7);
        var id = (await link.Side.ReadAsync()).PacketId;
        var flood = Enumerable.Range(1, 65_535).Where(other => other != id).SelectMany(Wire.Puback).ToArray();
        await link.Side.SendAsync(flood);
        await link.Side.SendAsync(Wire.Puback(id));
        Assert.Equal(7, (await link.Handler.AcknowledgementAsync()).Token);
        Assert.False(link.Handler.HasAcknowledgement);
    }

    [Fact]
    public async Task A_flood_of_messages_is_bounded_by_the_receive_maximum()
    {
        await using var link = await Link.OpenAsync(change: options => options with { ReceiveMaximum = 10 });
        await link.Side.SendAsync([.. Enumerable.Range(1, 11).SelectMany(id => Wire.Publish("t", id, "x"))]);
        Assert.Equal([0xE0, 1, 0x93], (await link.Side.ReadAsync()).Bytes);
    }

    [Theory]
    [InlineData(new byte[] { 0x90, 3, 0, 1, 0 })]
    [InlineData(new byte[] { 0x90, 2, 0, 1 })]
    [InlineData(new byte[] { 0x90, 0 })]
    [InlineData(new byte[] { 0xB0, 3, 0, 1, 0 })]
    [InlineData(new byte[] { 0x40, 0 })]
    [InlineData(new byte[] { 0x40, 1, 0 })]
    [InlineData(new byte[] { 0x40, 2, 0, 0 })]
    [InlineData(new byte[] { 0x40, 5, 0, 1, 0, 1, 0x1F })]
    [InlineData(new byte[] { 0xD0, 1, 0 })]
    [InlineData(new byte[] { 0xE0, 3, 0, 0, 0 })]
    [InlineData(new byte[] { 0x30, 0 })]
    [InlineData(new byte[] { 0x30, 3, 0, 9, 0 })]
    public async Task An_acknowledgement_that_is_empty_short_or_long_closes_the_connection(byte[] packet)
    {
        await using var link = await Link.OpenAsync();
        _ = link.Connection.SubscribeAsync([new("a")]);
        await link.Side.ReadAsync();
        await link.Side.SendAsync(packet);
        Assert.Equal(14, (await link.Side.ReadAsync()).Type);
        link.Side.Close();
        Assert.Equal(MqttClosedKind.ProtocolError, (await link.Handler.ClosedAsync()).Kind);
    }

    [Fact]
    public async Task A_half_open_link_is_found_within_one_and_a_half_keep_alives()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        Step(time, KeepAlive * 0.8);
        Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
        Step(time, KeepAlive * 0.7);
        Assert.Equal(MqttClosedKind.KeepAliveTimeout, (await link.Handler.ClosedAsync()).Kind);
    }

    [Fact]
    public async Task A_ping_is_sent_within_the_whole_seconds_that_connect_can_tell()
    {
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(change: options => options with { KeepAlive = TimeSpan.FromSeconds(1.9) }, time: time);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
    }

    [Fact]
    public async Task Answered_pings_keep_the_connection()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        for (var ping = 0; ping < 10; ping++)
        {
            Step(time, KeepAlive * 0.8);
            Assert.Equal([0xC0, 0], (await link.Side.ReadAsync()).Bytes);
            await link.Side.SendAsync([.. Wire.Pingresp, .. Wire.Publish("t", "x")]);
            await link.Handler.MessageAsync();
        }

        Assert.False(link.Handler.IsClosed);
    }

    [Fact]
    public async Task One_byte_a_minute_is_no_sign_of_life()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        await link.Side.SendAsync(0x30, 100);
        Step(time, KeepAlive);
        await link.Side.SendAsync(0);
        Step(time, KeepAlive / 2);
        Assert.Equal(MqttClosedKind.KeepAliveTimeout, (await link.Handler.ClosedAsync()).Kind);
    }

    [Fact]
    public async Task A_broker_that_answers_pings_and_no_publishes_is_given_up()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        link.Connection.Publish("t", "x", 42);
        await link.Side.ReadUntilAsync(3);
        for (var i = 0; i < 40 && !link.Handler.IsClosed; i++)
        {
            await TrySend(link, [.. Wire.Pingresp, .. Wire.Publish("t", "x")]);
            await Task.WhenAny(link.Handler.MessageAsync(), link.Handler.ClosedAsync());
            Step(time, KeepAlive / 10);
        }

        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.AcknowledgementTimeout, 42L, 1), (closed.Kind, closed.OldestUnacknowledged, closed.Unacknowledged));
    }

    [Fact]
    public async Task A_broker_that_answers_pings_and_no_publishes_is_given_up_also_while_more_is_published()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        for (var i = 0; i < 40 && link.Connection.Publish("t", "x", i) == PublishStatus.Sent; i++)
        {
            await link.Side.ReadUntilAsync(3);
            await TrySend(link, [.. Wire.Pingresp, .. Wire.Publish("t", "x")]);
            await Task.WhenAny(link.Handler.MessageAsync(), link.Handler.ClosedAsync());
            Step(time, KeepAlive / 10);
        }

        link.Side.Close();
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.AcknowledgementTimeout, 0L), (closed.Kind, closed.OldestUnacknowledged));
        Assert.InRange(closed.Unacknowledged, 14, 16);
    }

    [Theory]
    [InlineData(MqttQos.AtMostOnce)]
    [InlineData(MqttQos.AtLeastOnce)]
    public async Task A_publish_that_takes_many_keep_alives_on_a_slow_link_gets_through(MqttQos qos)
    {
        const int Size = 8_000_000;
        const int BytesASecond = 32 * 1024;
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(new(), change: options => options with { KeepAlive = KeepAlive }, time: time, receiveBuffer: 16 * 1024);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", new string('x', Size), 7, qos));
        var seconds = 0;
        for (var received = 0; received < Size; received += BytesASecond)
        {
            await link.Side.SkipAsync(Math.Min(BytesASecond, Size - received));
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }

        Assert.True(seconds > 4 * KeepAlive.TotalSeconds);
        await link.Side.SendAsync([.. Wire.Pingresp, .. Wire.Publish("t", "the broker lives")]);
        await link.Handler.MessageAsync();
        Assert.False(link.Handler.IsClosed);
    }

    [Fact]
    public async Task A_broker_that_answers_pings_and_no_subscribe_is_given_up()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        var subscribing = link.Connection.SubscribeAsync([new("a")]);
        await link.Side.ReadUntilAsync(8);
        for (var i = 0; i < 40 && !link.Handler.IsClosed; i++)
        {
            await TrySend(link, [.. Wire.Pingresp, .. Wire.Publish("t", "x")]);
            await Task.WhenAny(link.Handler.MessageAsync(), link.Handler.ClosedAsync());
            Step(time, KeepAlive / 10);
        }

        Assert.Equal(MqttClosedKind.AcknowledgementTimeout, (await link.Handler.ClosedAsync()).Kind);
        Assert.Equal(SubscribeStatus.Closed, (await subscribing).Status);
    }

    [Fact]
    public async Task An_answered_subscribe_is_waited_for_no_longer()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        var subscribing = link.Connection.SubscribeAsync([new("a")]);
        await link.Side.SendAsync(Wire.Suback((await link.Side.ReadUntilAsync(8)).PacketId, 0));
        Assert.True((await subscribing).IsSuccess);
        for (var i = 0; i < 40; i++)
        {
            await link.Side.SendAsync([.. Wire.Pingresp, .. Wire.Publish("t", "x")]);
            await link.Handler.MessageAsync();
            Step(time, KeepAlive / 10);
        }

        Assert.False(link.Handler.IsClosed);
    }

    [Fact]
    public async Task A_goodbye_to_a_broker_that_sends_and_does_not_read_ends()
    {
        var time = new FakeTimeProvider();
        await using var link = await Link.OpenAsync(
            new(), change: options => options with { KeepAlive = KeepAlive, OutputBufferSize = 1 << 24 }, time: time, receiveBuffer: 16 * 1024);
        Assert.Equal(PublishStatus.Sent, link.Connection.Publish("t", new string('x', 15_000_000), 1));
        var ending = link.Connection.DisconnectAsync();
        for (var i = 0; i < 100 && !ending.IsCompleted; i++)
        {
            await TrySend(link, Wire.Publish("t", "x"));
            await Task.WhenAny(link.Handler.MessageAsync(), link.Handler.ClosedAsync());
            Step(time, KeepAlive / 10);
        }

        await ending.WaitAsync(ScriptedBroker.Patience);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V5)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task A_message_that_is_sent_again_before_it_was_answered_comes_once_and_is_answered_once(MqttProtocolVersion version)
    {
        var isV5 = version == MqttProtocolVersion.V5;
        await using var link = await Link.OpenAsync(isV5 ? Wire.Connack5 : Wire.Connack311, options => options with { Protocol = version });
        byte[] PublishOf(byte first, byte id, byte payload) => Wire.Packet(first, isV5 ? [0, 1, (byte)'t', 0, id, 0, payload] : [0, 1, (byte)'t', 0, id, payload]);

        await link.Side.SendAsync([.. PublishOf(0x32, 1, (byte)'a'), .. PublishOf(0x3A, 1, (byte)'a'), .. PublishOf(0x32, 2, (byte)'b')]);

        Assert.Equal("a", (await link.Handler.MessageAsync()).Payload);
        Assert.Equal("b", (await link.Handler.MessageAsync()).Payload);
        link.Connection.Acknowledge(1);
        link.Connection.Acknowledge(2);
        Assert.Equal(1, (await link.Side.ReadAsync()).PacketId);
        Assert.Equal(2, (await link.Side.ReadAsync()).PacketId);
    }

    [Fact]
    public async Task A_message_that_others_overtake_for_too_long_is_named()
    {
        var time = new FakeTimeProvider();
        await using var link = await Open(time);
        link.Connection.Publish("t", "stuck", 42);
        await link.Side.ReadAsync();
        for (var i = 0; i < 16 && !link.Handler.IsClosed; i++)
        {
            if (link.Connection.Publish("t", "other", i) == PublishStatus.Sent)
            {
                await link.Side.SendAsync(Wire.Puback((await link.Side.ReadUntilAsync(3)).PacketId));
                Assert.Equal(i, (await link.Handler.AcknowledgementAsync()).Token);
            }

            Step(time, KeepAlive / 10);
        }

        link.Side.Close();
        var closed = await link.Handler.ClosedAsync();
        Assert.Equal((MqttClosedKind.AcknowledgementTimeout, 42L), (closed.Kind, closed.OldestUnacknowledged));
    }

    private static Task<Link> Open(FakeTimeProvider time) => Link.OpenAsync(change: options => options with { KeepAlive = KeepAlive }, time: time);

    private static async Task TrySend(Link link, byte[] bytes)
    {
        try
        {
            await link.Side.SendAsync(bytes);
        }
        catch (IOException)
        {
            // The client has closed.
        }
    }

    /// <summary>Advances in small steps, so that each timer sees the time it was due.</summary>
    private static void Step(FakeTimeProvider time, TimeSpan by)
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
