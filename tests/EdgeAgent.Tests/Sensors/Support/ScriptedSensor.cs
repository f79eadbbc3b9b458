using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A sensor that does what the test says.</summary>
internal sealed class ScriptedSensor(Func<int, CancellationToken, ValueTask<Observation>> read) : ISensor
{
    private int _reads;
    private int _atOnce;

    public int Reads => _reads;

    public bool WasReadTwiceAtOnce { get; private set; }

    public bool IsDisposed { get; private set; }

    public static Observation Good(long value) => Observation.Of(Value.Of(value));

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _reads);
        WasReadTwiceAtOnce |= Interlocked.Increment(ref _atOnce) > 1;
        try
        {
            return await read(number, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}

/// <summary>One polled sensor on its loop, with a clock that the test moves.</summary>
internal sealed class LoopUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public LoopUnderTest(ISensor sensor, SensorConfig? config = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider();
        var environment = Some.Environment(Time);
        config ??= LongTimeout;
        Clock = (SteppedClock)environment.Clock;
        Record = new(config, environment);
        Workers = environment.Workers;
        var loop = new PolledLoop(config, sensor, environment, Record, new SensorOutput(config, Record, Sink, Clock));
        _run = loop.RunAsync(_stop.Token);
    }

    /// <summary>A deadline that only a read that really hangs can miss, however slow the machine.</summary>
    public static SensorConfig LongTimeout => Some.Config("scripted") with { Timeout = TimeSpan.FromMinutes(1) };

    public FakeTimeProvider Time { get; }

    public SteppedClock Clock { get; }

    public RecordingSink Sink { get; } = new();

    public SensorRecord Record { get; }

    public BlockingWorkers Workers { get; }

    public SensorStatus Status => Record.Status;

    /// <summary>Moves the clock in small steps until the condition holds, slowly enough for the loop's threads to keep up.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, double stepMilliseconds = 10)
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Some.Deadline);
        _stop.Dispose();
    }
}
