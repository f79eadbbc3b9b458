namespace EdgeAgent.EndToEnd.Links;

/// <summary>
/// Tells whether the machine stood still: how late the latest of many wake-ups came. A shared machine may hold everything up for half a
/// second, and a latency measured meanwhile is that of the machine.
/// </summary>
internal sealed class Standstill : IAsyncDisposable
{
    /// <summary>Less than this changes no figure of a link whose round trip is 300 ms.</summary>
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(60);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly PeriodicTimer _timer = new(Period, TimeProvider.System);
    private readonly Task _watching;
    private TimeSpan _longest;

    public Standstill() => _watching = WatchAsync();

    /// <summary>Ends the watch; how long the machine stood still at most, null: not noticeably.</summary>
    public async Task<TimeSpan?> EndAsync()
    {
        await DisposeAsync();
        return _longest > Noticeable ? _longest : null;
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }

    private async Task WatchAsync()
    {
        var last = TimeProvider.System.GetTimestamp();
        while (await _timer.WaitForNextTickAsync())
        {
            var now = TimeProvider.System.GetTimestamp();
            var late = TimeProvider.System.GetElapsedTime(last, now) - Period;
            (_longest, last) = (late > _longest ? late : _longest, now);
        }
    }
}
