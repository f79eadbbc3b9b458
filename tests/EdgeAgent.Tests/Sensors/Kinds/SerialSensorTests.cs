using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class SerialSensorTests
{
    private const string Fix = "$GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A*45\r\n";

    [Fact]
    public async Task Lines_are_readings_and_bad_ones_cost_only_themselves()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var stream = await OpenAsync(cable);

        await cable.SayAsync("21.5\nrubb\u0000\u00ffish\n\n");
        Assert.Equal(Value.Of(21.5), (await stream.NextAsync()).Values[0].Value);
        Assert.Equal(SensorFailureKind.Format, (await stream.NextAsync()).Failure?.Kind);

        await cable.SayAsync(Fix);
        Assert.Equal(4, (await stream.NextAsync()).Values.Length);

        await cable.SayAsync("2");
        await cable.SayAsync("2\r\n");
        Assert.Equal(Value.Of(22), (await stream.NextAsync()).Values[0].Value);
    }

    [Fact]
    public async Task A_line_without_an_end_is_bounded_and_left_out()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var stream = await OpenAsync(cable);

        for (var i = 0; i < 64; i++)
        {
            await cable.SayAsync(new string('7', 1024));
        }

        await cable.SayAsync("\n23\n");

        Assert.Contains("longer", (await stream.NextAsync()).Failure?.Message, StringComparison.Ordinal);
        Assert.Equal(Value.Of(23), (await stream.NextAsync()).Values[0].Value);
    }

    [Fact]
    public async Task A_port_that_is_pulled_out_mid_line_ends_the_run_without_half_a_value()
    {
        using var tree = new FixtureTree();
        using var cable = await SerialCable.PlugAsync(tree);
        await using var stream = await OpenAsync(cable);
        await cable.SayAsync("24\n2");
        Assert.Equal(Value.Of(24), (await stream.NextAsync()).Values[0].Value);

        cable.Unplug();

        Assert.Equal(SensorFailureKind.Missing, (await stream.EndAsync()).Kind);
    }

    [Fact]
    public async Task A_port_that_is_not_there_is_missing()
    {
        await using var stream = new RunningStream(SerialSensor.Kind, null, ("port", "/dev/no-such-port"));

        Assert.Equal(SensorFailureKind.Missing, (await stream.EndAsync()).Kind);
    }

    [Fact]
    public async Task What_is_no_port_says_so()
    {
        await using var stream = new RunningStream(SerialSensor.Kind, null, ("port", "/dev/null"));

        Assert.Contains("no serial port", (await stream.EndAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_plugged_in_again_goes_on()
    {
        using var tree = new FixtureTree();
        var sink = new RecordingSink();
        var settings = Some.Settings(SerialSensor.Kind, ("port", tree.Path("ttyA")), ("restart_delay", TimeSpan.FromMilliseconds(20)));
        var config = Some.Config("serial", settings) with { Id = "gps" };
        var sampler = new Sampler([config], Some.Environment(), _ => sink);
        using var stop = new CancellationTokenSource();
        var run = sampler.RunAsync(stop.Token);

        for (var plug = 1; plug <= 3; plug++)
        {
            using var cable = await SerialCable.PlugAsync(tree);
            var next = sink.NextAsync();
            while (!next.IsCompleted || (await next).Values[0].Value.Integer != plug)
            {
                // What was said more often through the plug before may still come.
                next = next.IsCompleted ? sink.NextAsync() : next;

                // The first line may come while the port is not open yet, or be left out as a half one.
                await cable.SayAsync($"{plug}\n");
                await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop.Token));
            }
        }

        Assert.True(sampler.Statuses[0].Failures[SensorFailureKind.Missing] >= 1);
        await stop.CancelAsync();
        await run.WaitAsync(Some.Deadline);
    }

    /// <summary>A running sensor that has shown that it listens.</summary>
    private static async Task<RunningStream> OpenAsync(SerialCable cable)
    {
        var stream = new RunningStream(SerialSensor.Kind, null, ("port", cable.Near));
        var next = stream.NextAsync();
        while (!next.IsCompleted)
        {
            await cable.SayAsync("\n0\n");
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        }

        await cable.SayAsync("-1\n");
        while ((await stream.NextAsync()).Values[0].Value != Value.Of(-1))
        {
        }

        return stream;
    }
}
