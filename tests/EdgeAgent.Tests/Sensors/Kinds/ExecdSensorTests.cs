using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class ExecdSensorTests
{
    [Fact]
    public async Task Each_line_is_a_reading_and_the_end_is_told()
    {
        await using var stream = Run("echo 1; echo rubbish; echo '{\"a\": 2}'; printf half; exit 3");

        Assert.Equal(Value.Of(1), (await stream.NextAsync()).Values[0].Value);
        Assert.Equal(SensorFailureKind.Format, (await stream.NextAsync()).Failure?.Kind);
        Assert.Equal(new NamedValue("a", Value.Of(2)), (await stream.NextAsync()).Values[0]);
        var end = await stream.EndAsync();
        Assert.Equal(SensorFailureKind.Exit, end.Kind);
        Assert.Contains("3", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_is_asked_by_its_input()
    {
        await using var stream = Run("n=0; while read -r line; do n=$((n+1)); echo $n; done", ("signal", ProgramSignal.Stdin));

        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal(n, (await stream.NextAsync()).Values[0].Value.Integer);
        }
    }

    [Fact]
    public async Task A_full_queue_slows_the_program_down_and_nothing_is_lost()
    {
        using var tree = new FixtureTree();
        await using var stream = Run($"i=0; while [ $i -lt 100000 ]; do i=$((i+1)); echo $i; [ $((i % 1000)) = 0 ] && echo $i > {tree.Path("progress")}; done; sleep 1000");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stream.Gate = () => gate.Task;

        // The pipe holds 64 KiB, some ten thousand lines; then the program waits.
        await tree.NumberAsync("progress");
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        Assert.InRange(await tree.NumberAsync("progress"), 1000, 50_000);

        gate.SetResult();
        for (var i = 1; i <= 100_000; i++)
        {
            Assert.Equal(i, (await stream.NextAsync()).Values[0].Value.Integer);
        }
    }

    [Fact]
    public async Task The_stop_ends_the_program_and_its_children()
    {
        using var tree = new FixtureTree();
        int parent, child;
        await using (Run($"sleep 1000 & echo $! > {tree.Path("child")}; echo $$ > {tree.Path("parent")}; wait"))
        {
            child = await tree.NumberAsync("child");
            parent = await tree.NumberAsync("parent");
        }

        Assert.False(Processes.IsAlive(parent));
        await Processes.GoneAsync(child);
    }

    [Fact]
    public async Task A_program_that_ignores_the_request_to_end_is_killed()
    {
        using var tree = new FixtureTree();
        int parent;
        await using (Run($"trap '' TERM; echo $$ > {tree.Path("parent")}; while :; do sleep 1; done"))
        {
            parent = await tree.NumberAsync("parent");
        }

        Assert.False(Processes.IsAlive(parent));
    }

    [Fact]
    public async Task A_missing_program_is_missing()
    {
        await using var stream = new RunningStream(ExecdSensor.Kind, null, ("command", ImmutableArray.Create("/no/such/program")));

        Assert.Equal(SensorFailureKind.Missing, (await stream.EndAsync()).Kind);
    }

    private static RunningStream Run(string script, params (string Name, object Value)[] settings) =>
        new(ExecdSensor.Kind, null, [("command", ImmutableArray.Create("/bin/sh", "-c", script)), .. settings]);
}
