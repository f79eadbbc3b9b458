using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class SimulateSensorTests
{
    [Fact]
    public async Task A_sine_goes_round_once_a_period()
    {
        var time = new FakeTimeProvider();
        await using var sensor = Some.Sensor(SimulateSensor.Kind, Some.Environment(time), ("mean", 20.0), ("amplitude", 5.0), ("period", TimeSpan.FromSeconds(40)));

        foreach (var expected in new[] { 20.0, 25, 20, 15, 20 })
        {
            Assert.Equal(expected, (await sensor.ReadAsync(default)).Values[0].Value.Real, 1e-9);
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Steps_follow_one_another()
    {
        var time = new FakeTimeProvider();
        await using var sensor = Some.Sensor(
            SimulateSensor.Kind, Some.Environment(time), ("shape", SimulatedShape.Steps), ("levels", ImmutableArray.Create("1", "2.5", "off")), ("period", TimeSpan.FromSeconds(30)));

        foreach (var expected in new[] { Value.Of(1), Value.Of(2.5), Value.Of("off"), Value.Of(1) })
        {
            Assert.Equal(expected, (await sensor.ReadAsync(default)).Values[0].Value);
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task A_random_walk_stays_near_its_mean_and_is_the_same_for_a_seed()
    {
        await using var one = Some.Sensor(SimulateSensor.Kind, null, ("shape", SimulatedShape.RandomWalk), ("mean", 100.0), ("amplitude", 10.0));
        await using var other = Some.Sensor(SimulateSensor.Kind, null, ("shape", SimulatedShape.RandomWalk), ("mean", 100.0), ("amplitude", 10.0));

        var walk = new List<double>();
        for (var i = 0; i < 10_000; i++)
        {
            walk.Add((await one.ReadAsync(default)).Values[0].Value.Real);
            Assert.Equal(walk[^1], (await other.ReadAsync(default)).Values[0].Value.Real);
        }

        Assert.All(walk, value => Assert.InRange(value, 90, 110));
        Assert.InRange(walk.Average(), 97, 103);
        Assert.True(walk.Max() - walk.Min() > 2);
    }

    [Fact]
    public async Task A_file_is_played_back_in_its_own_time_and_over_again()
    {
        using var tree = new FixtureTree();
        tree.With("log.csv", "time,temp,state\n2026-11-22T10:00:00Z,20.5,on\n2026-11-22T10:00:10Z,21,\nrubbish,1,2\n2026-11-22T10:01:00Z,22,off\n");
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(
            SimulateSensor.Kind, Some.Environment(time), ("shape", SimulatedShape.Replay), ("file", tree.Path("log.csv")));

        foreach (var (expected, pause) in new[] { (20.5, 10), (21, 50), (22, 1), (20.5, 0) })
        {
            var observation = await stream.NextAsync();
            Assert.True(observation.Values[0].Value.TryGetNumber(out var number));
            Assert.Equal(("temp", expected), (observation.Values[0].Name, number));
            await AdvanceAsync(stream, time, pause);
        }
    }

    [Theory]
    [InlineData("time,temp\n", "format")]
    [InlineData("", "format")]
    [InlineData(null, "missing")]
    public async Task A_file_that_cannot_be_played_says_why(string? content, string kind)
    {
        using var tree = new FixtureTree();
        if (content is not null)
        {
            tree.With("log.csv", content);
        }

        await using var stream = new RunningStream(SimulateSensor.Kind, null, ("shape", SimulatedShape.Replay), ("file", tree.Path("log.csv")));

        Assert.Equal(kind, (await stream.EndAsync()).Kind.Text());
    }

    /// <summary>Moves the clock by so many seconds, after the player has set its timer.</summary>
    private static async Task AdvanceAsync(RunningStream stream, FakeTimeProvider time, int seconds)
    {
        for (var step = 0; step < seconds * 10; step++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.False(stream.Ended.IsCompleted);
    }
}
