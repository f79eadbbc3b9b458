using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Queue;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting.Measuring;

public sealed class MeasurementsTests : TestsWithAnEnd
{
    private readonly QueueRig _rig = new QueueRig().Open();
    private readonly DeliveryFigures _delivery;

    public MeasurementsTests() => _delivery = new(_rig.Clock);

    public override async ValueTask DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task The_history_of_a_real_queue_is_kept_while_it_runs()
    {
        var measurements = new Measurements(_rig.Queue, _rig.Config.Path, 26, _delivery, _rig.Clock, _rig.Time);
        using var stop = new CancellationTokenSource();
        var running = measurements.RunAsync(stop.Token);
        await _rig.AppendAsync([1, 2, 3], _rig.Boiler);

        await PassAsync(measurements, TimeSpan.FromSeconds(5));

        var recent = measurements.Recent();
        Assert.Equal([3L], recent.Depth);
        Assert.Equal([3L], recent.Accepted);
        Assert.Equal([0L], recent.Delivered);
        Assert.Equal([0.0], recent.Connected);
        Assert.Equal(0.6, measurements.Rates.AcceptedPerSecond);
        Assert.InRange(_rig.Clock.WallTime(_rig.Clock.Now) - recent.End.ToUnixTimeMilliseconds(), 0, 3);
        Assert.InRange(measurements.FreeSpace!.Value, 1, long.MaxValue);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task The_system_sensor_tells_what_the_agent_counts_of_itself()
    {
        await _rig.AppendAsync([1, 2, 3], _rig.Boiler);
        _rig.Clock.Now += 60_000;
        var environment = Some.Environment() with
        {
            AgentValues = () => OwnValues.Of(_rig.Queue.Snapshot(), _delivery, _rig.Clock.WallTime(_rig.Clock.Now)),
        };

        var values = (await Some.ReadAsync(SystemSensor.Kind, environment)).Values;

        Assert.Equal((3, 3, 0, 0), (Number("queue_depth"), Number("accepted"), Number("delivered"), Number("lost")));
        Assert.InRange(Number("queue_oldest"), 59, 60);

        long Number(string name) => values.Single(value => value.Name == name).Value.Integer;
    }

    [Fact]
    public void What_was_written_yesterday_is_not_written_today()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 23, 50, 0, TimeSpan.Zero));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("half past", TimeSpan.FromMinutes(5), null, null));
        var card = new CardToday(time);

        Assert.Equal(1_000, card.Bytes(1_000));
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(0, card.Bytes(1_000));
        Assert.Equal(500, card.Bytes(1_500));
    }

    /// <summary>Lets time pass, and waits until it has been looked at.</summary>
    private async Task PassAsync(Measurements measurements, TimeSpan time)
    {
        var before = measurements.Recent().Depth.Length;
        _rig.Clock.Now += (long)time.TotalMilliseconds;
        _rig.Time.Advance(time);
        using var deadline = new CancellationTokenSource(QueueRig.Deadline);
        while (measurements.Recent().Depth.Length == before)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
