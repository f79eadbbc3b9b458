using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class ExecSensorTests
{
    [Fact]
    public async Task A_printed_number_is_the_value()
    {
        var observation = await RunAsync("/bin/sh", "-c", "echo ' 21.5 '");

        Assert.Null(observation.Failure);
        Assert.Equal([new NamedValue("value", Value.Of(21.5))], observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task A_printed_object_is_several_values()
    {
        var observation = await RunAsync("/bin/sh", "-c", """echo '{"temp": -3, "state": "ok", "on": true, "none": null}'""");

        Assert.Null(observation.Failure);
        Assert.Equal(
            [new NamedValue("temp", Value.Of(-3)), new NamedValue("state", Value.Of("ok")), new NamedValue("on", Value.Of(true))],
            observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        var observation = await RunAsync("/usr/bin/printf", "{\"text\":\"%s\"}", "$HOME 'a' ; rm *");

        Assert.Equal("$HOME 'a' ; rm *", observation.Values[0].Value.Text);
    }

    [Theory]
    [InlineData("exit 3", "exit", "3")]
    [InlineData("kill -9 $$", "exit", "signal 9")]
    [InlineData("echo rubbish", "format", "rubbish")]
    [InlineData("echo 21,5", "format", "comma")]
    [InlineData("echo nan", "implausible", "nan")]
    [InlineData("echo 1e999", "implausible", "1e999")]
    [InlineData("true", "format", "nothing")]
    [InlineData("echo '{\"a\": '", "format", "JSON")]
    [InlineData("head -c 200000 /dev/zero", "format", "64 KiB")]
    [InlineData("printf '\\377\\001\\200rub\\033bish'", "format", "number")]
    public async Task What_goes_wrong_has_a_kind_and_says_what_was_seen(string script, string kind, string says)
    {
        var observation = await RunAsync("/bin/sh", "-c", script);

        Assert.Equal(kind, observation.Failure?.Kind.Text());
        Assert.Contains(says, observation.Failure!.Message, StringComparison.Ordinal);
        Assert.Empty(observation.Values.AsEnumerable());
    }

    [Fact]
    public async Task A_program_that_prints_for_ever_is_cut_off()
    {
        var observation = await RunAsync("/usr/bin/yes");

        Assert.Equal(SensorFailureKind.Format, observation.Failure?.Kind);
    }

    [Fact]
    public async Task A_missing_program_is_missing()
    {
        Assert.Equal(SensorFailureKind.Missing, (await RunAsync("/no/such/program")).Failure?.Kind);
        Assert.Equal(SensorFailureKind.Missing, (await RunAsync("no-such-program-anywhere")).Failure?.Kind);
    }

    [Fact]
    public async Task A_file_that_is_no_program_says_what_to_do()
    {
        using var tree = new FixtureTree();
        tree.With("plain", "echo 1\n");

        Assert.Equal(SensorFailureKind.Permission, (await RunAsync(tree.Path("plain"))).Failure?.Kind);
        tree.MakeExecutable("plain");
        var noShebang = await RunAsync(tree.Path("plain"));
        Assert.Contains("#!", noShebang.Failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_deadline_the_whole_group_is_killed()
    {
        using var tree = new FixtureTree();
        await using var sensor = Some.Sensor(ExecSensor.Kind, null, Command("/bin/sh", "-c", $"sleep 1000 & echo $! > {tree.Path("child")}; echo $$ > {tree.Path("parent")}; wait"));
        using var deadline = new CancellationTokenSource();
        var read = sensor.ReadAsync(deadline.Token).AsTask();
        var child = await tree.NumberAsync("child");
        var parent = await tree.NumberAsync("parent");

        await deadline.CancelAsync();
        var observation = await read.WaitAsync(Some.Deadline);

        Assert.Equal(SensorFailureKind.Timeout, observation.Failure?.Kind);
        Assert.False(Processes.IsAlive(parent), "the program is still there, or a zombie");
        await Processes.GoneAsync(child);
    }

    [Fact]
    public async Task What_a_program_leaves_behind_holds_nobody_up()
    {
        // The child in the background keeps the pipe open.
        var observation = await RunAsync("/bin/sh", "-c", "sleep 1000 & echo 7");

        Assert.Equal(7, observation.Values[0].Value.Integer);
    }

    [Fact]
    public async Task A_program_starts_with_fresh_signals_and_no_input()
    {
        // The runtime ignores SIGPIPE, and a program would inherit that.
        var ignored = await RunAsync("/bin/sh", "-c", """awk '/^SigIgn/ {print "{\"mask\":\"" $2 "\"}"}' /proc/self/status; cat""");

        const long SigPipe = 1 << 12;
        Assert.Equal(0, Convert.ToInt64(ignored.Values[0].Value.Text, 16) & SigPipe);
    }

    private static (string Name, object Value) Command(params string[] command) => ("command", command.ToImmutableArray());

    private static Task<Observation> RunAsync(params string[] command) => Some.ReadAsync(ExecSensor.Kind, null, Command(command));
}
