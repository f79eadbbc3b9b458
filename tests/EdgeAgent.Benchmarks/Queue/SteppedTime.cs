using EdgeAgent.Hosting;

namespace EdgeAgent.Benchmarks;

/// <summary>Time that the benchmark steps, so that an hour of readings takes seconds.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly List<SteppedTimer> _timers = [];
    private readonly Lock _gate = new();

    public long Milliseconds { get; private set; }

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Milliseconds;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    public void Step(long milliseconds)
    {
        Milliseconds += milliseconds;
        SteppedTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Fire(Milliseconds);
        }
    }

    private sealed class SteppedTimer(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Volatile.Write(ref _due, dueTime < TimeSpan.Zero ? long.MaxValue : time.Milliseconds + (long)dueTime.TotalMilliseconds);
            return true;
        }

        public void Fire(long now)
        {
            if (Volatile.Read(ref _due) <= now)
            {
                Volatile.Write(ref _due, long.MaxValue);
                callback(state);
            }
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>The boot clock of <see cref="SteppedTime"/>.</summary>
internal sealed class SteppedBootClock(SteppedTime time) : BootClock
{
    public override string BootId => "bench";

    public override long Milliseconds => time.Milliseconds;

    public override long WallOffset => 1_780_000_000_000;

    public override bool IsSynchronized => true;
}
