using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>
/// A clock that the test moves and that knows whether the loop waits for a turn: that wait is the only timer of the loop that is
/// not for the deadline of a read.
/// </summary>
internal sealed class TurnTime(TimeSpan readTimeout, DateTimeOffset? start) : FakeTimeProvider(start ?? new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly ConcurrentDictionary<TurnTimer, bool> _waiting = new();

    public bool IsAwaitingTurn => !_waiting.IsEmpty;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        return dueTime < readTimeout && dueTime > TimeSpan.Zero ? new TurnTimer(timer, this) : timer;
    }

    private sealed class TurnTimer : ITimer
    {
        private readonly ITimer _timer;
        private readonly TurnTime _time;

        public TurnTimer(ITimer timer, TurnTime time)
        {
            (_timer, _time) = (timer, time);
            _time._waiting[this] = true;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(dueTime, period);

        public void Dispose()
        {
            _time._waiting.TryRemove(this, out _);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
