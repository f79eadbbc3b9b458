using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Gpio;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class GpioSensorTests
{
    private readonly FakeGpio _gpio = new();

    [Fact]
    public async Task A_level_is_read_and_its_line_given_back()
    {
        await using (var sensor = Some.Sensor(GpioSensor.Kind, Environment(), ("line", "GPIO17"), ("bias", GpioBias.PullUp), ("active_low", true)))
        {
            Assert.Equal(Value.Of(false), (await sensor.ReadAsync(default)).Values[0].Value);
            _gpio.Level = true;
            Assert.Equal(Value.Of(true), (await sensor.ReadAsync(default)).Values[0].Value);
            Assert.Equal(new GpioRequest(null, "GPIO17", GpioEdges.None, true, GpioBias.PullUp, TimeSpan.Zero), _gpio.Request);
            Assert.Equal(1, _gpio.Taken);
        }

        Assert.Equal(0, _gpio.Taken);
    }

    [Fact]
    public async Task A_chip_that_goes_away_is_missing_and_comes_back()
    {
        await using var sensor = Some.Sensor(GpioSensor.Kind, Environment(), ("line", "GPIO17"));
        _gpio.Level = null;
        Assert.Equal(SensorFailureKind.Missing, (await sensor.ReadAsync(default)).Failure?.Kind);

        _gpio.Failure = new(SensorFailureKind.Io, "in use by gpio-keys");
        Assert.Equal(_gpio.Failure, (await sensor.ReadAsync(default)).Failure);

        (_gpio.Failure, _gpio.Level) = (null, true);
        Assert.Equal(Value.Of(true), (await sensor.ReadAsync(default)).Values[0].Value);
    }

    [Fact]
    public async Task Changes_come_with_the_time_that_the_kernel_saw_them_at()
    {
        // From the year 1 on, so that nanoseconds fit.
        var time = new FakeTimeProvider(new DateTimeOffset(1, 1, 1, 0, 1, 40, TimeSpan.Zero));
        var environment = Environment(time);
        time.Advance(TimeSpan.FromSeconds(50));
        var now = (ulong)(time.GetTimestamp() * (1e9 / time.TimestampFrequency));
        await using var stream = new RunningStream(GpioSensor.Kind, environment, ("line", "GPIO17"), ("mode", GpioMode.Events), ("debounce", TimeSpan.FromMilliseconds(5)));

        Assert.Equal(Value.Of(false), (await stream.NextAsync()).Values[0].Value);
        _gpio.Change(1, isRising: true, now - 2_000_000_000);
        _gpio.Change(4, isRising: false, now);

        var rise = await stream.NextAsync();
        Assert.Equal((Value.Of(true), 48_000), (rise.Values[0].Value, rise.BootTime));
        var fall = await stream.NextAsync();
        Assert.Equal([new NamedValue("value", Value.Of(false)), new("lost", Value.Of(2))], fall.Values.AsEnumerable());
        Assert.Equal(50_000, fall.BootTime);
        Assert.Equal((GpioEdges.Both, TimeSpan.FromMilliseconds(5)), (_gpio.Request!.Edges, _gpio.Request.Debounce));

        _gpio.Unplug();
        Assert.Equal(SensorFailureKind.Missing, (await stream.EndAsync()).Kind);
        Assert.Equal(0, _gpio.Taken);
    }

    [Fact]
    public async Task Pulses_are_counted_with_those_the_kernel_lost_and_the_total_survives()
    {
        using var tree = new FixtureTree();
        var environment = Environment() with { StateDirectory = tree.Root };
        (string, object)[] settings = [("line", "17"), ("mode", GpioMode.Counter)];
        await using (var stream = new RunningStream(GpioSensor.Kind, environment, settings))
        {
            _gpio.Change(1, isRising: true);
            _gpio.Change(2, isRising: true);
            _gpio.Change(10, isRising: true);
            await UntilAsync(stream, 10);
            Assert.Equal(GpioEdges.Rising, _gpio.Request!.Edges);
        }

        Assert.Equal("10\n", await File.ReadAllTextAsync(tree.Path("counters/some")));

        await using var again = new RunningStream(GpioSensor.Kind, environment, settings);
        _gpio.Change(1, isRising: true);
        await UntilAsync(again, 11);
    }

    [Fact]
    public async Task The_rate_is_that_of_the_interval()
    {
        using var tree = new FixtureTree();
        await using var stream = new RunningStream(GpioSensor.Kind, Environment() with { StateDirectory = tree.Root }, ("line", "17"), ("mode", GpioMode.Counter));
        _gpio.Change(50, isRising: true);

        await UntilAsync(stream, 50);

        Assert.Equal(0, (await stream.NextAsync()).Values[1].Value.Real);
    }

    [Fact]
    public async Task A_total_that_cannot_be_read_is_never_started_over()
    {
        using var tree = new FixtureTree();
        tree.With("counters/some", "rubbish");
        await using var stream = new RunningStream(GpioSensor.Kind, Environment() with { StateDirectory = tree.Root }, ("line", "17"), ("mode", GpioMode.Counter));

        Assert.Equal(SensorFailureKind.Format, (await stream.EndAsync()).Kind);
        Assert.Equal("rubbish", await File.ReadAllTextAsync(tree.Path("counters/some")));
    }

    [Fact]
    public async Task A_total_that_could_not_be_saved_does_not_go_back_when_the_chip_returns()
    {
        using var tree = new FixtureTree();
        tree.With("counters/some", "10\n");

        // In the way of the file that is written first: stands for a file system that is full or read-only.
        Directory.CreateDirectory(tree.Path("counters/some.new"));
        var config = Some.Config("gpio", Some.Settings(GpioSensor.Kind, ("line", "17"), ("mode", GpioMode.Counter))) with { Interval = TimeSpan.FromMilliseconds(10) };
        await using var sensor = (IStreamingSensor)GpioSensor.Kind.Create(config, Environment() with { StateDirectory = tree.Root });
        _gpio.Change(5, isRising: true);
        Assert.Equal(15, await RunUntilAsync(static total => total == 15));

        Assert.Equal(15, await RunUntilAsync(static _ => true));
        Assert.Equal("10\n", await File.ReadAllTextAsync(tree.Path("counters/some")));

        async Task<long> RunUntilAsync(Func<long, bool> isEnough)
        {
            var reached = new TaskCompletionSource<long>();
            var run = Task.Run(() => sensor.RunAsync(
                observation =>
                {
                    var total = observation.Values[0].Value.Integer;
                    _ = isEnough(total) && reached.TrySetResult(total);
                    return ValueTask.CompletedTask;
                },
                CancellationToken.None));
            var total = await reached.Task.WaitAsync(Some.Deadline);
            _gpio.Unplug();
            Assert.Equal(SensorFailureKind.Missing, (await run.WaitAsync(Some.Deadline)).Kind);
            return total;
        }
    }

    [Fact]
    public void A_machine_without_chips_says_so() =>
        Assert.Equal(SensorFailureKind.Missing, new KernelGpio("/nowhere").Open(new(null, "GPIO17", GpioEdges.None, false, GpioBias.AsIs, TimeSpan.Zero)).Failure?.Kind);

    private static async Task UntilAsync(RunningStream stream, long total)
    {
        while ((await stream.NextAsync()).Values[0].Value.Integer is var seen && seen != total)
        {
            Assert.True(seen < total, $"{seen} of {total}");
        }
    }

    private SensorEnvironment Environment(TimeProvider? time = null) => Some.Environment(time) with { Gpio = _gpio };
}
