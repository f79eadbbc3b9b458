using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Sampling;

public sealed class PolledLoopTests
{
    [Fact]
    public async Task Readings_come_at_their_turns_and_never_before()
    {
        var sensor = new ScriptedSensor((number, _) => new(ScriptedSensor.Good(number)));
        await using var loop = new LoopUnderTest(sensor);

        await loop.AdvanceUntilAsync(() => loop.Status.Published >= 5, 20);

        var offset = (long)Schedule.OffsetOf("some", TimeSpan.FromSeconds(1)).TotalMilliseconds;
        for (var turn = 0; turn < 5; turn++)
        {
            var next = await loop.Sink.NextAsync();
            Assert.Equal(turn + 1, next.Values[0].Value.Integer);
            Assert.True(next.BootTime >= offset + (turn * 1000), $"turn {turn} at {next.BootTime} ms");
        }
    }

    [Fact]
    public async Task A_read_that_hangs_costs_its_own_reading_and_is_never_joined_by_a_second()
    {
        using var release = new ManualResetEventSlim();
        var sensor = new ScriptedSensor((number, _) =>
        {
            if (number == 2)
            {
                release.Wait(CancellationToken.None);
            }

            return new(ScriptedSensor.Good(number));
        });
        var loop = new LoopUnderTest(sensor);
        await using (loop)
        {
            await loop.AdvanceUntilAsync(() => sensor.Reads == 2, 20);
            await loop.AdvanceThroughReadsUntilAsync(() => loop.Status.CurrentFailure is not null, 1000);

            Assert.Equal(SensorFailureKind.Timeout, loop.Status.CurrentFailure!.Kind);
            Assert.True(loop.Status.IsStuck);

            var missed = loop.Status.MissedTurns;
            await loop.AdvanceUntilAsync(() => loop.Status.MissedTurns > missed + 10, 200);
            Assert.Equal(2, sensor.Reads);
            Assert.Equal(1, loop.Workers.Threads);

            release.Set();
            await loop.AdvanceUntilAsync(() => loop.Status.CurrentFailure is null);
            Assert.False(loop.Status.IsStuck);
            Assert.False(sensor.WasReadTwiceAtOnce);
            Assert.Equal(1, loop.Status.Failures[SensorFailureKind.Timeout]);
        }

        Assert.True(sensor.IsDisposed);
    }

    [Fact]
    public async Task A_read_that_heeds_its_token_is_a_timeout_and_not_stuck()
    {
        var sensor = new ScriptedSensor(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return default;
        });
        await using var loop = new LoopUnderTest(sensor);

        await loop.AdvanceThroughReadsUntilAsync(() => loop.Status.Failures.GetValueOrDefault(SensorFailureKind.Timeout) >= 2, 1000);

        Assert.False(loop.Status.IsStuck);
        Assert.False(sensor.WasReadTwiceAtOnce);
    }

    [Fact]
    public async Task An_aligned_sensor_follows_the_wall_clock_when_that_is_set()
    {
        var sensor = new ScriptedSensor((number, _) => new(ScriptedSensor.Good(number)));
        var config = LoopUnderTest.LongTimeout with { Interval = TimeSpan.FromSeconds(10) };
        await using var loop = new LoopUnderTest(
            sensor, config with { Settings = config.Settings.With(SamplingKeys.Align, true) }, new(2000, 1, 1, 0, 0, 3, TimeSpan.Zero));

        await loop.AdvanceUntilAsync(() => loop.Status.Published == 1, 100);
        Assert.InRange((await loop.Sink.NextAsync()).BootTime, 7_000, 7_100);

        await loop.BetweenTurnsAsync();
        loop.Clock.Step(TimeSpan.FromSeconds(4));
        await loop.AdvanceUntilAsync(() => loop.Status.Published == 3, 100);

        // One more as planned, then by the new clock: 3 + 17 + 4 = 24 s, so 6 s later it is a whole multiple.
        Assert.InRange((await loop.Sink.NextAsync()).BootTime, 17_000, 17_100);
        Assert.InRange((await loop.Sink.NextAsync()).BootTime, 23_000, 23_100);
    }

    [Fact]
    public async Task A_sensor_that_keeps_timing_out_is_suspended_and_comes_back()
    {
        var isDead = true;
        var sensor = new ScriptedSensor((number, _) => new(
            isDead ? Observation.Failed(SensorFailureKind.Timeout, "no answer") : ScriptedSensor.Good(number)));
        await using var loop = new LoopUnderTest(sensor, Some.Config("scripted") with { Timeout = TimeSpan.FromSeconds(2) });

        var start = loop.Time.GetTimestamp();
        await loop.AdvanceUntilAsync(() => loop.Time.GetElapsedTime(start) > TimeSpan.FromMinutes(4), 500);
        Assert.InRange(sensor.Reads, 4, 30);

        isDead = false;
        await loop.AdvanceUntilAsync(() => loop.Status.CurrentFailure is null, 200);
        Assert.True(loop.Status.Readings >= 1);
    }

    [Fact]
    public async Task A_sensor_of_which_a_part_times_out_goes_on_with_the_rest()
    {
        var sensor = new ScriptedSensor((number, _) => new(Observation.Partly(
            ScriptedSensor.Good(number).Values, new(SensorFailureKind.Timeout, "one register does not answer"))));
        await using var loop = new LoopUnderTest(sensor);

        var start = loop.Time.GetTimestamp();
        await loop.AdvanceUntilAsync(() => loop.Time.GetElapsedTime(start) > TimeSpan.FromSeconds(60), 200);

        Assert.True(sensor.Reads >= 50, $"read {sensor.Reads} times in 60 s");
    }

    [Fact]
    public async Task Other_failures_do_not_suspend_a_sensor()
    {
        var sensor = new ScriptedSensor((_, _) => new(Observation.Failed(SensorFailureKind.Missing, "unplugged")));
        await using var loop = new LoopUnderTest(sensor);

        var start = loop.Time.GetTimestamp();
        await loop.AdvanceUntilAsync(() => loop.Time.GetElapsedTime(start) > TimeSpan.FromSeconds(20), 50);

        Assert.True(sensor.Reads >= 10, $"read {sensor.Reads} times in 20 s");
    }

    [Fact]
    public async Task A_sensor_that_throws_fails_for_that_turn_only()
    {
        var sensor = new ScriptedSensor((number, _) => number == 1 ? throw new InvalidOperationException("bug") : new(ScriptedSensor.Good(number)));
        await using var loop = new LoopUnderTest(sensor);

        await loop.AdvanceUntilAsync(() => loop.Status.Readings > 0, 20);

        Assert.Equal(1, loop.Status.Failures[SensorFailureKind.Io]);
        Assert.Equal(2, (await loop.Sink.NextAsync()).Values[0].Value.Integer);
    }

    [Fact]
    public async Task A_failed_read_is_tried_again_as_often_as_configured()
    {
        var sensor = new ScriptedSensor((number, _) => new(
            number % 3 == 0 ? ScriptedSensor.Good(number) : Observation.Failed(SensorFailureKind.Crc, "bad")));
        var config = LoopUnderTest.LongTimeout;
        config = config with { Settings = config.Settings.With(SamplingKeys.Retries, 2) };
        await using var loop = new LoopUnderTest(sensor, config);

        await loop.AdvanceUntilAsync(() => loop.Status.Readings >= 2);

        Assert.Empty(loop.Status.Failures);
    }

    [Fact]
    public async Task A_slow_queue_makes_turns_missed_not_doubled()
    {
        var sensor = new ScriptedSensor((number, _) => new(ScriptedSensor.Good(number)));
        await using var loop = new LoopUnderTest(sensor);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Sink.Gate = _ => gate.Task;

        await loop.AdvanceUntilAsync(() => sensor.Reads == 1);
        loop.Time.Advance(TimeSpan.FromSeconds(5));
        gate.SetResult();
        await loop.AdvanceUntilAsync(() => sensor.Reads == 2);
        Assert.InRange(loop.Status.MissedTurns, 4, 6);
    }
}
