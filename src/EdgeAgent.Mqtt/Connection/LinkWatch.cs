namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// Notes what happens on the link and asks <see cref="KeepAlive"/> now and then. Times are timestamps of the <see cref="TimeProvider"/>;
/// zero stands for none. Thread-safe: each field is written whole, and a decision on slightly old values is taken again soon.
/// </summary>
/// <param name="time">Timers and timestamps.</param>
/// <param name="keepAlive">The one in force; zero for no watch.</param>
/// <param name="arrivals">How many bytes have reached the other machine, and whether more are on their way; null: nobody knows.</param>
internal sealed class LinkWatch(TimeProvider time, TimeSpan keepAlive, Func<(ulong Bytes, bool IsMoreUnderWay)>? arrivals = null) : IDisposable
{
    private ITimer? _timer;
    private ulong _arrived;
    private long _sent;
    private long _received;
    private long _pinged;
    private long _progress;
    private long _overtaken;
    private long _asked;

    /// <summary>The present time, as a timestamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Begins to watch.</summary>
    /// <param name="onVerdict">Called on a timer thread for every verdict but <see cref="KeepAliveVerdict.Fine"/>.</param>
    public void Start(Action<KeepAliveVerdict> onVerdict)
    {
        var now = Now;
        Volatile.Write(ref _sent, now);
        Volatile.Write(ref _received, now);
        if (keepAlive > TimeSpan.Zero)
        {
            _timer = time.CreateTimer(_ => Check(onVerdict), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Check(onVerdict);
        }
    }

    /// <summary>A write to the socket has ended.</summary>
    public void Sent() => Volatile.Write(ref _sent, Now);

    /// <summary>A packet came, or a good part of a large one: the broker lives.</summary>
    public void Received()
    {
        Volatile.Write(ref _received, Now);
        Volatile.Write(ref _pinged, 0);
    }

    /// <summary>The first publish is in flight.</summary>
    public void InFlightBegan(long now) => Volatile.Write(ref _progress, now);

    /// <summary>PUBACKs came.</summary>
    /// <param name="isInFlight">Whether publishes are left in flight.</param>
    /// <param name="overtaken">When the oldest of them was sent, if a younger one was acknowledged before it.</param>
    public void Acknowledged(bool isInFlight, long? overtaken)
    {
        Volatile.Write(ref _progress, isInFlight ? Now : 0);
        Volatile.Write(ref _overtaken, overtaken ?? 0);
    }

    /// <summary>The first subscribe or unsubscribe waits for its answer.</summary>
    public void RequestBegan() => Volatile.Write(ref _asked, Now);

    /// <summary>One was answered.</summary>
    /// <param name="isMore">Whether others wait.</param>
    public void RequestEnded(bool isMore) => Volatile.Write(ref _asked, isMore ? Now : 0);

    /// <summary>Ends the watch.</summary>
    public void Dispose() => _timer?.Dispose();

    private void Check(Action<KeepAliveVerdict> onVerdict)
    {
        var now = Now;
        NoteArrivals(now);
        var activity = new LinkActivity(
            Since(ref _sent, now).GetValueOrDefault(),
            Since(ref _received, now).GetValueOrDefault(),
            Since(ref _pinged, now),
            Since(ref _progress, now),
            Since(ref _overtaken, now),
            Since(ref _asked, now));
        var verdict = KeepAlive.Decide(keepAlive, activity, out var nextCheck);
        if (verdict == KeepAliveVerdict.Ping)
        {
            // Its answer may come before the send loop has noted the write; without this a second ping would follow at once.
            Volatile.Write(ref _sent, now);
            Volatile.Write(ref _pinged, now);
        }

        if (verdict != KeepAliveVerdict.Fine)
        {
            onVerdict(verdict);
        }

        _timer?.Change(nextCheck, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// On a slow link a packet spends long in the kernel's buffer, and what was sent last has not left yet: the broker cannot answer
    /// that. So its time begins anew as long as bytes before it arrive.
    /// </summary>
    private void NoteArrivals(long now)
    {
        var before = _arrived;
        (_arrived, var isMoreUnderWay) = arrivals?.Invoke() ?? default;
        if (isMoreUnderWay && _arrived != before)
        {
            Restart(ref _pinged, now);
            Restart(ref _progress, now);
            Restart(ref _asked, now);
        }
    }

    /// <summary>Leaves alone what an answer has ended meanwhile.</summary>
    private static void Restart(ref long timestamp, long now)
    {
        var then = Volatile.Read(ref timestamp);
        if (then != 0)
        {
            Interlocked.CompareExchange(ref timestamp, now, then);
        }
    }

    private TimeSpan? Since(ref long timestamp, long now)
    {
        var then = Volatile.Read(ref timestamp);
        return then == 0 ? null : time.GetElapsedTime(then, Math.Max(then, now));
    }
}
