using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using static EdgeAgent.Tests.Queue.OperationsTests;

namespace EdgeAgent.Tests.Queue;

/// <summary>The topic of a refused permission is probed with one message; however that one ends, the others of the topic are not left behind.</summary>
public sealed class ParkingTests
{
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(50);

    [Fact]
    public async Task A_probe_that_expires_opens_its_topic()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { MaxAge = TimeSpan.FromSeconds(60) };
        await ParkAsync(rig);
        Pass(rig, TimeSpan.FromSeconds(20));

        Assert.Equal([2, 3], await rig.DrainAsync());
        Assert.Equal(1, rig.Queue.Snapshot().LostFor(LossReason.Expired));
    }

    [Fact]
    public async Task A_probe_that_is_purged_opens_its_topic()
    {
        await using var rig = new QueueRig();
        await ParkAsync(rig);
        var second = Value(await rig.Queue.Operations.ListAsync(0, 10)).Rows[1];

        Assert.Equal(1, Value(await rig.Queue.Operations.PurgeAsync(new(second.WallTime, null), default)).Purged);

        // The live lane has passed the others over: they come as backlog, when they are no longer live.
        Pass(rig, TimeSpan.FromSeconds(11));
        Assert.Equal([2, 3], await rig.DrainAsync());
    }

    [Fact]
    public async Task A_probe_that_is_refused_for_good_opens_its_topic()
    {
        await using var rig = new QueueRig();
        await ParkAsync(rig);
        Pass(rig, Probe);
        var probe = (await rig.TakeAsync(Lane.Backlog, 1))[0];
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));

        rig.Queue.Quarantine(probe.Sequence, 0x99, "not this one");

        Assert.Equal(1, probe.Body.Bits);
        Assert.Equal([2, 3], await rig.DrainAsync());
    }

    [Fact]
    public async Task A_probe_that_the_broker_puts_off_is_still_the_probe()
    {
        await using var rig = new QueueRig();
        await ParkAsync(rig);
        Pass(rig, Probe);
        rig.Queue.Leave((await rig.TakeAsync(Lane.Backlog, 1))[0].Sequence, TimeSpan.FromSeconds(5));
        Pass(rig, TimeSpan.FromSeconds(5));
        rig.Acknowledge(await rig.TakeAsync(Lane.Backlog, 1));

        Assert.Equal([2, 3], await rig.DrainAsync());
    }

    [Fact]
    public async Task A_probe_that_is_lost_while_it_waits_opens_its_topic()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        lock (bench.State.Gate)
        {
            bench.State.Lanes.Begin(DeliveryOrder.LiveFirst);
            Assert.True(bench.State.Lanes.TryTake(Lane.Live, 0, out var probe));
            bench.State.Lanes.Park(probe.Sequence, due: 30_000);
        }

        bench.Append(2);
        lock (bench.State.Gate)
        {
            Assert.False(bench.State.Lanes.TryTake(Lane.Live, 0, out _));
            bench.State.Endings.LoseSlot(1, LossReason.Overrun);

            Assert.True(bench.State.Lanes.TryTake(Lane.Backlog, QueueState.LiveMilliseconds, out var next));
            Assert.Equal(2, next.Body.Bits);
        }
    }

    /// <summary>The messages 1 to 3 of one topic: the first, 45 seconds older than the others, is its probe.</summary>
    private static async Task ParkAsync(QueueRig rig)
    {
        rig.Open();
        await rig.AppendAsync(1);
        rig.Queue.BeginConnection();
        rig.Queue.Park((await rig.TakeAsync(Lane.Backlog, 1))[0].Sequence, Probe);
        Pass(rig, TimeSpan.FromSeconds(45));
        await rig.AppendAsync([2, 3]);
        Assert.False(rig.Queue.TryTake(Lane.Live, out _));
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
    }

    private static void Pass(QueueRig rig, TimeSpan time)
    {
        rig.Clock.Now += (long)time.TotalMilliseconds;
        rig.Time.Advance(time);
    }
}
