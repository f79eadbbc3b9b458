namespace EdgeAgent.Queue;

/// <summary>Milliseconds since the queue was opened, on a clock that nothing steps. Thread-safe.</summary>
internal sealed class QueueClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMillisecond;
}

/// <summary>What the store thread sleeps on: woken by anyone, or at a time. Thread-safe.</summary>
internal sealed class Alarm : IDisposable
{
    private readonly AutoResetEvent _signal = new(false);
    private readonly QueueClock _clock;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _due = long.MaxValue;

    public Alarm(TimeProvider time, QueueClock clock)
    {
        _clock = clock;
        _timer = time.CreateTimer(static alarm => ((Alarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Wake() => _signal.Set();

    /// <summary>Wakes at <paramref name="due"/> (milliseconds of the queue's clock), or sooner where that was asked for before.</summary>
    public void WakeAt(long due)
    {
        lock (_gate)
        {
            if (due >= _due)
            {
                return;
            }

            _due = due;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, due - _clock.Now)), Timeout.InfiniteTimeSpan);
        }
    }

    public void Wait() => _signal.WaitOne();

    public void Dispose()
    {
        _timer.Dispose();
        _signal.Dispose();
    }

    private void Ring()
    {
        lock (_gate)
        {
            _due = long.MaxValue;
        }

        _signal.Set();
    }
}
