using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A clock that the test moves, and that tells when somebody begins to wait for it.</summary>
internal sealed class SignalledTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody has begun to wait for so long, or until <paramref name="end"/> has ended without that.</summary>
    public async Task<bool> IsAwaitedAsync(TimeSpan length, Task end)
    {
        using var deadline = new CancellationTokenSource(BusyMachine.Deadline);
        while (true)
        {
            while (_waits.Reader.TryRead(out var begun))
            {
                if (begun == length)
                {
                    return true;
                }
            }

            var next = _waits.Reader.WaitToReadAsync(deadline.Token).AsTask();
            if (await Task.WhenAny(next, end) == end)
            {
                return false;
            }

            await next;
        }
    }

    /// <summary>Lets every wait end that is no longer than this, until <paramref name="end"/> has ended.</summary>
    public async Task RunAsync(TimeSpan longest, Task end)
    {
        using var deadline = new CancellationTokenSource(BusyMachine.Deadline);
        while (!end.IsCompleted)
        {
            while (_waits.Reader.TryRead(out var begun))
            {
                if (begun > TimeSpan.Zero && begun <= longest)
                {
                    Advance(begun);
                }
            }

            await Task.WhenAny(_waits.Reader.WaitToReadAsync(deadline.Token).AsTask(), end);
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
