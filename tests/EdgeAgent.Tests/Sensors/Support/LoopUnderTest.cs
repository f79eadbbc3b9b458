using EdgeAgent.Configuration;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>One polled sensor on its loop, with a clock that the test moves.</summary>
internal sealed class LoopUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public LoopUnderTest(ISensor sensor, SensorConfig? config = null, DateTimeOffset? start = null)
    {
        config ??= LongTimeout;
        Time = new(config.Timeout, start);
        var environment = Some.Environment(Time);
        Clock = (SteppedClock)environment.Clock;
        Record = new(config, environment);
        Workers = environment.Workers;
        var loop = new PolledLoop(config, sensor, environment, Record, new SensorOutput(config, Record, Sink, Clock));
        _run = loop.RunAsync(_stop.Token);
    }

    /// <summary>A deadline that only a read that really hangs can miss, however slow the machine.</summary>
    public static SensorConfig LongTimeout => Some.Config("scripted") with { Timeout = TimeSpan.FromMinutes(1) };

    public TurnTime Time { get; }

    public SteppedClock Clock { get; }

    public RecordingSink Sink { get; } = new();

    public SensorRecord Record { get; }

    public BlockingWorkers Workers { get; }

    public SensorStatus Status => Record.Status;

    /// <summary>
    /// Moves the clock in small steps until the condition holds, and only while the loop waits for its turn: a busy machine makes
    /// the test slow, never the loop late.
    /// </summary>
    public Task AdvanceUntilAsync(Func<bool> condition, double stepMilliseconds = 10) => AdvanceAsync(condition, stepMilliseconds, isReadToHang: false);

    /// <summary>The same where the loop waits for a read that does not return, which takes its deadline.</summary>
    public Task AdvanceThroughReadsUntilAsync(Func<bool> condition, double stepMilliseconds) => AdvanceAsync(condition, stepMilliseconds, isReadToHang: true);

    /// <summary>Waits until the turn that was taken is done with and the loop waits for the next.</summary>
    public async Task BetweenTurnsAsync()
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (!Time.IsAwaitingTurn)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Some.Deadline);
        _stop.Dispose();
    }

    private async Task AdvanceAsync(Func<bool> condition, double stepMilliseconds, bool isReadToHang)
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (!condition())
        {
            if (isReadToHang || Time.IsAwaitingTurn)
            {
                Time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }
    }
}
