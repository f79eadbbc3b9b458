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
            _ => sink);
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
        var run = new Sampler([], Some.Environment(), static _ => new RecordingSink()).RunAsync(stop.Token);

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
            _ => sink);

        await Assert.ThrowsAsync<IOException>(() => sampler.RunAsync(CancellationToken.None).WaitAsync(Some.Deadline));
    }

    [Fact]
    public async Task A_change_leaves_the_sensors_alone_that_it_does_not_name()
    {
        using var tree = new FixtureTree();
        tree.With("one", "1\n");
        var sink = new RecordingSink();
        var same = Fast("same", FileSensor.Kind, ("path", tree.Path("one")));
        var sampler = new Sampler(
            [same, Fast("changed", FileSensor.Kind, ("path", tree.Path("one"))), Fast("gone", FileSensor.Kind, ("path", tree.Path("one")))], Some.Environment(), _ => sink);
        using var stop = new CancellationTokenSource();
        var run = sampler.RunAsync(stop.Token);
        foreach (var id in (string[])["same", "changed", "gone", "same"])
        {
            _ = await sink.NextAsync(id);
        }

        var before = sampler.Statuses[0];
        sampler.Change(
            [Fast("new", FileSensor.Kind, ("path", tree.Path("one"))), same with { }, Fast("changed", FileSensor.Kind, ("path", tree.Path("two")))]);
        var after = sampler.Statuses;

        // Only now, so that the changed one cannot have read it before it was looked at.
        tree.With("two", "2\n");
        while ((await sink.NextAsync("changed")).Values[0].Value.Integer != 2)
        {
            // Taken before the change.
        }

        _ = await sink.NextAsync("new");
        await stop.CancelAsync();
        await run.WaitAsync(Some.Deadline);
        Assert.Equal(["new", "same", "changed"], after.Select(status => status.Id));
        Assert.True(before.Readings >= 2 && after[1].Readings >= before.Readings, $"{before.Readings} readings became {after[1].Readings}");
        Assert.Equal(0, after[2].Readings);
    }

    [Fact]
    public async Task A_sensor_that_is_taken_out_gives_no_more_readings()
    {
        using var tree = new FixtureTree();
        tree.With("one", "1\n");
        var sink = new RecordingSink();
        var stays = Fast("stays", FileSensor.Kind, ("path", tree.Path("one")));
        var sampler = new Sampler([stays, Fast("gone", FileSensor.Kind, ("path", tree.Path("one")))], Some.Environment(), _ => sink);
        using var stop = new CancellationTokenSource();
        var run = sampler.RunAsync(stop.Token);
        _ = await sink.NextAsync("gone");

        sampler.Change([stays]);

        // What the sink had already, and one that may have been under way, come before ten more of the other.
        await GoneAmongAsync(10);
        Assert.Equal(0, await GoneAmongAsync(10));

        await stop.CancelAsync();
        await run.WaitAsync(Some.Deadline);

        async Task<int> GoneAmongAsync(int others)
        {
            var gone = 0;
            for (var other = 0; other < others;)
            {
                _ = (await sink.NextAsync()).Sensor == "stays" ? other++ : gone++;
            }

            return gone;
        }
    }

    [Fact]
    public async Task A_changed_sensor_begins_when_the_one_before_has_ended()
    {
        using var tree = new FixtureTree();
        tree.With("one", "1\n");
        var sink = new RecordingSink();
        var loop = new SamplingLoop(Fast("one", FileSensor.Kind, ("path", tree.Path("one"))), Some.Environment(), sink);
        var before = new TaskCompletionSource();
        loop.Start(before.Task);

        var isEarly = await Task.WhenAny(sink.NextAsync(), Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System)) is Task<Accepted>;
        before.SetException(new IOException("it died"));
        while (loop.Record.Status.Readings == 0)
        {
            await Task.Yield();
        }

        loop.Stop();
        await loop.Ended.WaitAsync(Some.Deadline);
        Assert.False(isEarly);
    }

    [Fact]
    public async Task Several_devices_in_one_stream_have_each_their_deadband()
    {
        const string Script = """for i in 1 2 3 4 5; do echo '{"kitchen": 21}'; echo '{"cellar": 12}'; done; echo '{"kitchen": 30}'; sleep 1000""";
        var sink = new RecordingSink();
        var config = Some.Config("execd", Some.Settings(
            ExecdSensor.Kind, ("command", (System.Collections.Immutable.ImmutableArray<string>)["/bin/sh", "-c", Script]), ("deadband", new EdgeAgent.Readings.Deadband(1, IsPercent: false))));
        var loop = new SamplingLoop(config, Some.Environment(), sink);
        loop.Start(Task.CompletedTask);

        var published = new List<string>();
        while (published.LastOrDefault() != "kitchen=30")
        {
            var value = (await sink.NextAsync()).Values[0];
            published.Add($"{value.Name}={value.Value.Integer}");
        }

        loop.Stop();
        await loop.Ended.WaitAsync(Some.Deadline);
        Assert.Equal(["kitchen=21", "cellar=12", "kitchen=30"], published);
    }

    [Fact]
    public async Task A_sensor_that_came_by_a_change_and_finds_the_queue_dead_ends_the_sampler()
    {
        using var tree = new FixtureTree();
        tree.With("good", "42");
        var sink = new RecordingSink { Gate = static _ => throw new IOException("the disk is gone") };
        var sampler = new Sampler([], Some.Environment(), _ => sink);
        var run = sampler.RunAsync(CancellationToken.None);

        sampler.Change([Fast("good", FileSensor.Kind, ("path", tree.Path("good")))]);

        await Assert.ThrowsAsync<IOException>(() => run.WaitAsync(Some.Deadline));
    }

    private static SensorConfig Fast(string id, SensorKind kind, params (string Name, object Value)[] settings) =>
        Some.Config(kind.Name, Some.Settings(kind, settings)) with { Id = id, Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMilliseconds(500) };
}
