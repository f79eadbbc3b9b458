namespace EdgeAgent.Delivery;

/// <summary>
/// How many bytes may be in flight. A window larger than the link needs fills the buffers on the way, and a live reading then waits
/// behind them; a smaller one leaves the link idle. So the window follows the acknowledgement time: it grows while that stays
/// near the shortest one seen, and shrinks in proportion when it does not (the rule of FAST TCP: half way to window x target / observed).
/// Thread-safe, as long as one thread sends and one answers.
/// </summary>
/// <remarks>
/// A round takes two round trips. In the first the messages that went before the window changed are answered; the second observes those
/// that went after, and takes the shortest of their times. The others say more of the broker than of the way: mosquitto's side of TCP
/// holds acknowledgements back until the ones before have themselves been acknowledged (Nagle's algorithm), so that with a
/// small window all but the first take two round trips.
/// </remarks>
internal sealed class DeliveryWindow(TimeProvider time)
{
    private const long FirstBytes = 4 * 1024;
    private const long LeastBytes = 1024;
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>How much of the window must have been in use for its round to say anything about a larger one.</summary>
    private const double UsedShare = 0.7;

    /// <summary>Standing buffers of up to a quarter of the shortest time are accepted: they keep the link busy between two rounds.</summary>
    private const double AcceptedShare = 0.25;

    /// <summary>The way may have become longer when the time observed is so many times the shortest.</summary>
    private const double LongerWay = 1.15;

    /// <summary>A longer way is measured so many times before it is believed: the link may just have stalled.</summary>
    private const int LooksAtLongerWay = 2;

    private const long NoMark = long.MinValue;

    /// <summary>On a fast link the broker's own batching is no sign of full buffers.</summary>
    private static readonly TimeSpan AlwaysAccepted = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// When nothing near the shortest time has been observed for so long, it is measured anew with the window small for a moment, which
    /// empties the buffers: they may be what is standing, or the way may have changed.
    /// </summary>
    private static readonly TimeSpan RemeasureEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly SendTimes _times = new(time);
    private long _bytes = FirstBytes;
    private long _inFlight;
    private long _latestTicks;
    private long _mostInRound;

    // The message whose answer ends this half of the round.
    private long _mark = NoMark;
    private long _markSent;
    private bool _isObserving;
    private TimeSpan _observed = TimeSpan.MaxValue;

    private TimeSpan _shortest = TimeSpan.MaxValue;
    private long _measuredAt = time.GetTimestamp();
    private long _bytesBeforeMeasuring;
    private int _looks;
    private bool _isStarting = true;

    /// <summary>Told the acknowledgement time of one message a round trip; must not block.</summary>
    public Action<TimeSpan>? Measured { get; init; }

    /// <summary>The bytes that may be in flight now.</summary>
    public long Limit => Volatile.Read(ref _bytes);

    /// <summary>The acknowledgement time last measured; zero before the first.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latestTicks));

    /// <summary>Sent, and not answered.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether another message may go. One always may, however large.</summary>
    public bool HasRoom => InFlight < Limit;

    private bool IsMeasuring => _bytesBeforeMeasuring > 0;

    public void OnSent(PublishToken token)
    {
        var inFlight = Interlocked.Add(ref _inFlight, token.Size);
        _times.OnSent(token);
        if (inFlight > Volatile.Read(ref _mostInRound))
        {
            Volatile.Write(ref _mostInRound, inFlight);
        }

        if (Volatile.Read(ref _mark) == NoMark)
        {
            _markSent = time.GetTimestamp();
            Volatile.Write(ref _mark, token.Bits);
        }
    }

    public void OnAnswered(PublishToken token)
    {
        _ = Interlocked.Add(ref _inFlight, -token.Size);
        var elapsed = _times.Take(token);
        if (_isObserving && elapsed < _observed)
        {
            _observed = elapsed.Value;
        }

        if (token.Bits == Volatile.Read(ref _mark))
        {
            EndHalf(time.GetElapsedTime(_markSent));
            Volatile.Write(ref _mark, NoMark);
        }
    }

    /// <summary>Takes <see cref="OnSent"/> back: it did not go after all.</summary>
    public void OnNotSent(PublishToken token)
    {
        _ = Interlocked.Add(ref _inFlight, -token.Size);
        _ = _times.Take(token);
        if (token.Bits == Volatile.Read(ref _mark))
        {
            Volatile.Write(ref _mark, NoMark);
        }
    }

    /// <summary>The broker said quota exceeded, server busy or the like.</summary>
    public void OnPushedBack()
    {
        lock (_lock)
        {
            _isStarting = false;
            _bytes = Math.Max(LeastBytes, _bytes / 2);
        }
    }

    private void EndHalf(TimeSpan markTime)
    {
        Measured?.Invoke(markTime);
        Volatile.Write(ref _latestTicks, markTime.Ticks);
        if (_isObserving)
        {
            var observed = _observed < markTime ? _observed : markTime;
            lock (_lock)
            {
                EndRound(observed);
            }
        }
        else
        {
            _observed = TimeSpan.MaxValue;
            Volatile.Write(ref _mostInRound, InFlight);
        }

        _isObserving = !_isObserving;
    }

    private void EndRound(TimeSpan observed)
    {
        if (IsMeasuring)
        {
            EndMeasuring(observed);
            return;
        }

        _shortest = observed < _shortest ? observed : _shortest;
        if (!IsLonger(observed))
        {
            _measuredAt = time.GetTimestamp();
        }

        var target = _shortest + Larger(_shortest * AcceptedShare, AlwaysAccepted);
        if (observed > target)
        {
            _isStarting = false;
            _bytes = Math.Max(LeastBytes, (long)(_bytes * Half(target / observed)));
        }
        else if (_mostInRound >= _bytes * UsedShare)
        {
            _bytes = Math.Min(MostBytes, (long)(_bytes * (_isStarting ? 2 : Half(Math.Min(1.5, target / observed)))));
        }

        if (time.GetElapsedTime(_measuredAt) > RemeasureEvery)
        {
            _bytesBeforeMeasuring = _bytes;
            _bytes = LeastBytes;
        }
    }

    private void EndMeasuring(TimeSpan observed)
    {
        var isLonger = IsLonger(observed);
        if (isLonger && ++_looks < LooksAtLongerWay)
        {
            return;
        }

        // Within the tolerance the time before stays: what little was still in the buffers would add up.
        _shortest = isLonger || observed < _shortest ? observed : _shortest;
        _bytes = _bytesBeforeMeasuring;
        _bytesBeforeMeasuring = 0;
        _looks = 0;
        _measuredAt = time.GetTimestamp();
    }

    private bool IsLonger(TimeSpan observed) => observed > _shortest * LongerWay && observed > _shortest + AlwaysAccepted;

    /// <summary>Half the change: acknowledgements that come in lumps would make the whole one swing.</summary>
    private static double Half(double factor) => (1 + factor) / 2;

    private static TimeSpan Larger(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
