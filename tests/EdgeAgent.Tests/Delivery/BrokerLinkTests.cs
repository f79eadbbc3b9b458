using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Mqtt;
using EdgeAgent.Tests.Queue;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Tests.Delivery;

public sealed class BrokerLinkTests : TestsWithAnEnd
{
    private const int Publish = 3;
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly ScriptedBroker _old = new();
    private readonly ScriptedBroker _new = new();
    private readonly QueueRig _rig = new QueueRig().Open();
    private readonly CancellationTokenSource _stop = new();
    private readonly BrokerLink _link;
    private readonly Task _running;

    public BrokerLinkTests()
    {
        _link = new BrokerLink(To(_old));
        _running = _link.RunAsync(_stop.Token);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _old.DisposeAsync();
        await _new.DisposeAsync();
        await _running.WaitAsync(Deadline);
        await _rig.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task What_the_old_broker_has_not_acknowledged_goes_to_the_new_one()
    {
        await AppendAsync(1, 2);
        var before = await _old.AcceptAsync(Wire.Connack5);
        var first = await ReadingAsync(before);
        var second = await ReadingAsync(before);
        await before.SendAsync(Wire.Puback(first.PacketId));
        await WaitForAsync(() => _rig.Queue.Snapshot().Depth == 1);

        _link.Change(To(_new));
        var last = await before.ReadUntilAsync(Publish);
        before.Close();
        var after = await _new.AcceptAsync(Wire.Connack5);
        var again = await ReadingAsync(after);
        await after.SendAsync(Wire.Puback(again.PacketId));

        await WaitForAsync(() => _rig.Queue.Snapshot().Depth == 0);
        Assert.Equal(IdOf(second), IdOf(again));
        Assert.Contains("\"reason\":\"configured anew\"", last.Text, StringComparison.Ordinal);
        Assert.Equal((UplinkState.Connected, 2), (_link.Status!.State, _link.Status.Connections));
    }

    [Fact]
    public async Task The_broker_can_be_taken_away_and_given_again()
    {
        _ = await _old.AcceptAsync(Wire.Connack5);

        _link.Change(null);
        await AppendAsync(1);
        Assert.Null(_link.Status);
        Assert.False(_running.IsCompleted);

        _link.Change(To(_new));
        var after = await _new.AcceptAsync(Wire.Connack5);
        Assert.Contains("\"value\":1", (await ReadingAsync(after)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uplink_that_does_not_come_through_is_replaced_at_once()
    {
        // It is asked to connect, and is never answered.
        _ = await _old.AcceptAsync();

        _link.Change(To(_new));

        _ = await _new.AcceptAsync(Wire.Connack5);
    }

    private static string? IdOf(WirePacket packet) => JsonDocument.Parse(packet.Payload).RootElement.GetProperty("id").GetString();

    private static async Task<WirePacket> ReadingAsync(BrokerSide broker)
    {
        while (true)
        {
            if (await broker.ReadUntilAsync(Publish) is { Topic: "pi/boiler" } reading)
            {
                return reading;
            }
        }
    }

    private static async Task WaitForAsync(Func<bool> isReached)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!isReached())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Uplink To(ScriptedBroker broker) => new(
        new BrokerConfig
        {
            Addresses = [new("127.0.0.1", broker.Port, Tls: false)],
            ClientId = "pi",
            KeepAlive = TimeSpan.FromSeconds(30),
            Protocol = ProtocolChoice.V5,
            BackoffInitial = TimeSpan.FromMilliseconds(10),
            BackoffMaximum = TimeSpan.FromMilliseconds(20),
        },
        new DeliveryConfig { Order = DeliveryOrder.LiveFirst, MaxInFlight = 100 },
        new Presence("pi/status", "1"),
        _rig.Queue,
        new DeliveryFigures(_rig.Clock),
        _rig.Clock,
        TimeProvider.System,
        NullLogger.Instance);

    private async Task AppendAsync(params int[] values)
    {
        foreach (var value in values)
        {
            _ = await _rig.Queue.AppendAsync(_rig.Boiler, _rig.Clock.Now++, MessageBody.Of((long)value), CancellationToken.None);
        }
    }
}
