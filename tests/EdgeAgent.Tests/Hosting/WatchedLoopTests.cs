using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Tests.Mqtt;
using EdgeAgent.Tests.Queue;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Some = EdgeAgent.Tests.Sensors.Support.Some;

namespace EdgeAgent.Tests.Hosting;

/// <summary>The watchdog over the real store, drainer and sampler, each of which can be made to hang while the others go on.</summary>
public sealed class WatchedLoopTests : TestsWithAnEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FixtureTree _tree = new FixtureTree().With("good", "42\n");
    private readonly ScriptedBroker _broker = new();
    private readonly QueueRig _rig = new QueueRig().Open();
    private readonly WaywardTime _deliveryTime = new();
    private readonly WaywardTime _samplingTime = new();
    private readonly RecordingSink _sink = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeTimeProvider _time = new();
    private readonly DeliveryFigures _figures;
    private readonly Watchdog _watchdog;
    private readonly Task _running;

    public WatchedLoopTests()
    {
        _figures = new(_rig.Clock);
        var link = new BrokerLink(NewUplink());
        var settings = Some.Settings(FileSensor.Kind, ("path", _tree.Path("good")));
        var sampler = new Sampler(
            [Some.Config("file", settings) with { Interval = TimeSpan.FromMilliseconds(50) }], Some.Environment(_samplingTime), _ => _sink);
        _watchdog = new Watchdog(Patience, _time, NullLogger.Instance, WatchedLoop.All(_rig.Queue, link, _figures, sampler));
        _running = Task.WhenAll(link.RunAsync(_stop.Token), sampler.RunAsync(_stop.Token));
    }

    public override async ValueTask DisposeAsync()
    {
        _deliveryTime.Release();
        await _stop.CancelAsync();
        await _broker.DisposeAsync();
        await _running.WaitAsync(QueueRig.Deadline);
        await _rig.DisposeAsync();
        _deliveryTime.Dispose();
        _samplingTime.Dispose();
        _stop.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public async Task Loops_that_have_nothing_to_do_answer_and_are_well_for_ever()
    {
        await ConnectAsync();

        for (var look = 0; look < 5; look++)
        {
            Assert.True(await LookLaterAsync());
        }
    }

    [Fact]
    public async Task A_drainer_that_hangs_is_found_while_the_store_and_the_sampler_go_on()
    {
        await ConnectAsync();
        _deliveryTime.Hang();
        _rig.Queue.Knock();
        await _deliveryTime.WhenHangingAsync();

        Assert.True(_watchdog.Look());
        Assert.False(await LookLaterAsync(withDrainer: false));
        Assert.Equal(["the drainer"], _watchdog.Stuck);

        _deliveryTime.Release();
        Assert.True(await LookLaterAsync());
    }

    [Fact]
    public async Task A_sampler_that_hangs_is_found_while_the_store_and_the_drainer_go_on()
    {
        await ConnectAsync();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Gate = _ =>
        {
            hanging.TrySetResult();
            return release.Task;
        };
        await hanging.Task.WaitAsync(QueueRig.Deadline);
        Assert.True(await LookLaterAsync());

        // The turn may take as long as its reads may; no longer.
        _samplingTime.Ahead = TimeSpan.FromHours(1);
        Assert.True(_watchdog.Look());
        Assert.False(await LookLaterAsync());
        Assert.Equal(["the sampler"], _watchdog.Stuck);

        release.SetResult();
        await UntilAsync(() => _watchdog.Look());
    }

    [Fact]
    public async Task Without_a_connection_the_drainer_has_nothing_to_do_and_is_not_missed()
    {
        for (var look = 0; look < 3; look++)
        {
            Assert.True(await LookLaterAsync(withDrainer: false));
        }
    }

    /// <summary>Knocks, lets those that go round do so, and looks when the patience for those that do not is over.</summary>
    private async Task<bool> LookLaterAsync(bool withDrainer = true)
    {
        var (store, drainer) = (_rig.Queue.StoreRounds, _figures.Rounds);
        _rig.Queue.Knock();
        await UntilAsync(() => _rig.Queue.StoreRounds > store && (!withDrainer || _figures.Rounds > drainer));
        _time.Advance(Patience + TimeSpan.FromSeconds(1));
        return _watchdog.Look();
    }

    private async Task ConnectAsync()
    {
        _ = await _broker.AcceptAsync(Wire.Connack5);
        await UntilAsync(() => _figures.Rounds > 0);
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

    /// <summary>With a rate, so that the drainer asks for the time whenever it goes round: there it can be made to hang.</summary>
    private Uplink NewUplink() => new(
        new BrokerConfig
        {
            Addresses = [new("127.0.0.1", _broker.Port, Tls: false)],
            ClientId = "pi",
            KeepAlive = TimeSpan.FromSeconds(30),
            Protocol = ProtocolChoice.V5,
            BackoffInitial = TimeSpan.FromMilliseconds(10),
            BackoffMaximum = TimeSpan.FromMilliseconds(20),
        },
        new DeliveryConfig { Order = DeliveryOrder.LiveFirst, MaxInFlight = 100, Rate = 1_000 },
        new Presence("pi/status", "1"),
        _rig.Queue,
        _figures,
        _rig.Clock,
        _deliveryTime,
        NullLogger.Instance);

    /// <summary>The system's time, which can be made to go on only when released, or to be ahead.</summary>
    private sealed class WaywardTime : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _gate = new(initialState: true);
        private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TimeSpan Ahead { get; set; }

        public Task WhenHangingAsync() => _hanging.Task.WaitAsync(QueueRig.Deadline);

        public void Hang() => _gate.Reset();

        public void Release() => _gate.Set();

        public override long GetTimestamp()
        {
            if (!_gate.IsSet)
            {
                _hanging.TrySetResult();
                _gate.Wait();
            }

            return System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
        }

        public void Dispose() => _gate.Dispose();
    }
}
