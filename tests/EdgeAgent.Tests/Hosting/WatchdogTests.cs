using EdgeAgent.Hosting;
using EdgeAgent.Tests.Queue;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting;

public sealed class WatchdogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private long? _rounds = 0;

    [Fact]
    public void A_loop_that_does_not_go_round_for_longer_than_its_patience_is_stuck()
    {
        var watchdog = Watch(static () => { });
        Assert.True(watchdog.Look());
        _time.Advance(Patience);
        Assert.True(watchdog.Look());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(watchdog.Look());
        Assert.Equal(["it"], watchdog.Stuck);
        _rounds++;
        Assert.True(watchdog.Look());
        Assert.Empty(watchdog.Stuck);
    }

    [Fact]
    public void An_idle_loop_answers_the_knock_and_is_well()
    {
        var watchdog = Watch(() => _rounds++);
        for (var look = 0; look < 10; look++)
        {
            Assert.True(watchdog.Look());
            _time.Advance(Patience + Patience);
        }
    }

    [Fact]
    public void A_loop_with_nothing_to_do_is_not_asked()
    {
        _rounds = null;
        var watchdog = Watch(static () => { });
        _time.Advance(Patience + Patience);

        Assert.True(watchdog.Look());
    }

    [Fact]
    public async Task The_real_store_goes_round_when_it_is_knocked_at_and_does_not_while_it_hangs()
    {
        await using var rig = new QueueRig().Open();
        await rig.Queue.SettleAsync();
        var before = rig.Queue.StoreRounds;
        rig.Queue.Knock();
        await UntilAsync(() => rig.Queue.StoreRounds > before);

        // The store's own thread calls this; here it hangs as it would in a lock or in a write to a dying card.
        using var hanging = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        rig.Queue.Available = () =>
        {
            if (Thread.CurrentThread.Name == "queue store")
            {
                hanging.Set();
                release.Wait();
            }
        };
        await rig.AppendAsync([1], rig.Boiler);
        rig.Queue.BeginConnection();
        Assert.True(rig.Queue.TryTake(EdgeAgent.Queue.Lane.Live, out var message));
        rig.Queue.Leave(message.Sequence, TimeSpan.FromSeconds(1));
        Assert.False(rig.Queue.TryTake(EdgeAgent.Queue.Lane.Live, out _));
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(() => hanging.IsSet);
        var stuck = rig.Queue.StoreRounds;
        rig.Queue.Knock();

        Assert.Equal(stuck, rig.Queue.StoreRounds);
        rig.Queue.Available = null;
        release.Set();
        await UntilAsync(() => rig.Queue.StoreRounds > stuck);
    }

    private static async Task UntilAsync(Func<bool> isReached)
    {
        using var deadline = new CancellationTokenSource(QueueRig.Deadline);
        while (!isReached())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Watchdog Watch(Action knock) => new(Patience, _time, NullLogger.Instance, new WatchedLoop("it", () => _rounds, knock));
}
