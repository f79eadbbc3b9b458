using EdgeAgent.Configuration;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Sampling;

public sealed class SamplerTests
{
    private static readonly string[] HangingCommand = ["/bin/sleep", "1000"];

    [Fact]
    public async Task A_sick_sensor_never_delays_another()
    {
        using var tree = new FixtureTree();
        tree.With("good", "42\n");
        var sink = new RecordingSink();
        var sampler = new Sampler(
            [
                Fast("missing", FileSensor.Kind, ("path", tree.Path("none"))),
                Fast("hanging", ExecSensor.Kind, ("command", (System.Collections.Immutable.ImmutableArray<string>)[.. HangingCommand])),
                Fast("good", FileSensor.Kind, ("path", tree.Path("good"))),
            ],
            Some.Environment(),
            sink);
        using var stop = new CancellationTokenSource();
        var run = sampler.RunAsync(stop.Token);

        for (var i = 0; i < 20; i++)
        {
            var next = await sink.NextAsync();
            Assert.Equal("good", next.Sensor);
            Assert.Equal(42, next.Values[0].Value.Integer);
        }

        await stop.CancelAsync();
        await run.WaitAsync(Some.Deadline);
        Assert.Equal(SensorFailureKind.Missing, sampler.Statuses[0].CurrentFailure?.Kind);
        Assert.Null(sampler.Statuses[2].CurrentFailure);
        Assert.True(sampler.Statuses[2].Published >= 20);
    }

    [Fact]
    public async Task No_sensors_is_a_quiet_life_until_the_stop()
    {
        using var stop = new CancellationTokenSource();
        var run = new Sampler([], Some.Environment(), new RecordingSink()).RunAsync(stop.Token);

        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await run.WaitAsync(Some.Deadline);
    }

    [Fact]
    public async Task A_queue_that_is_dead_ends_the_sampler()
    {
        using var tree = new FixtureTree();
        tree.With("good", "42");
        var sink = new RecordingSink { Gate = static _ => throw new IOException("the disk is gone") };
        var sampler = new Sampler(
            [Fast("good", FileSensor.Kind, ("path", tree.Path("good"))), Fast("missing", FileSensor.Kind, ("path", tree.Path("none")))],
            Some.Environment(),
            sink);

        await Assert.ThrowsAsync<IOException>(() => sampler.RunAsync(CancellationToken.None).WaitAsync(Some.Deadline));
    }

    private static SensorConfig Fast(string id, SensorKind kind, params (string Name, object Value)[] settings) =>
        Some.Config(kind.Name, Some.Settings(kind, settings)) with { Id = id, Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMilliseconds(500) };
}
