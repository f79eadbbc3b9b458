namespace EdgeAgent.Delivery;

/// <summary>
/// How many bytes may be in flight. A window larger than the link needs fills the buffers on the way, and a live reading then waits
/// behind them; a smaller one leaves the link idle. So the window follows the acknowledgement time: it grows while that stays
/// near the shortest one seen, and shrinks in proportion when it does not (the rule of FAST TCP: window x target / observed). Only the
/// time of one message a round is taken, so a message costs next to nothing. Thread-safe.
/// </summary>
internal sealed class DeliveryWindow(TimeProvider time)
{
    private const long FirstBytes = 4 * 1024;
    private const long LeastBytes = 1024;
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>How much of the window must have been in use for its round to say anything about a larger one.</summary>
    private const double UsedShare = 0.7;

    /// <summary>Standing buffers of up to a third of the shortest time are accepted: they keep the link busy between two rounds.</summary>
    private const double AcceptedShare = 1.0 / 3;

    /// <summary>The way has become longer when the shortest time measured anew is so many times the one before.</summary>
    private const double LongerWay = 1.15;

    /// <summary>On a fast link the broker's own batching is no sign of full buffers.</summary>
    private static readonly TimeSpan AlwaysAccepted = TimeSpan.FromMilliseconds(20);

    /// <summary>The shortest time is measured anew this often, with the window small for a moment: the way may have changed.</summary>
    private static readonly TimeSpan RemeasureEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long _bytes = FirstBytes;
    private long _inFlight;
    private long _probe = long.MinValue;
    private long _probeSent;
    private long _mostInRound;
    private TimeSpan _shortest = TimeSpan.MaxValue;
    private long _measuredAt = time.GetTimestamp();
    private long _bytesBeforeMeasuring;
    private bool _isStarting = true;

    /// <summary>Told each round's acknowledgement time; must not block.</summary>
    public Action<TimeSpan>? Measured { get; init; }

    /// <summary>The bytes that may be in flight now.</summary>
    public long Limit => Volatile.Read(ref _bytes);

    /// <summary>Sent, and not answered.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether another message may go. One always may, however large.</summary>
    public bool HasRoom => InFlight < Limit;

    public void OnSent(long token, int size)
    {
        var inFlight = Interlocked.Add(ref _inFlight, size);
        if (Volatile.Read(ref _probe) != long.MinValue)
        {
            if (inFlight > Volatile.Read(ref _mostInRound))
            {
                Volatile.Write(ref _mostInRound, inFlight);
            }

            return;
        }

        lock (_lock)
        {
            _probeSent = time.GetTimestamp();
            _mostInRound = inFlight;
            Volatile.Write(ref _probe, token);
        }
    }

    public void OnAnswered(long token, int size)
    {
        _ = Interlocked.Add(ref _inFlight, -size);
        if (token == Volatile.Read(ref _probe))
        {
            lock (_lock)
            {
                EndRound(time.GetElapsedTime(_probeSent));
                Volatile.Write(ref _probe, long.MinValue);
            }
        }
    }

    /// <summary>Takes <see cref="OnSent"/> back: it did not go after all.</summary>
    public void OnNotSent(long token, int size)
    {
        _ = Interlocked.Add(ref _inFlight, -size);
        if (token == Volatile.Read(ref _probe))
        {
            Volatile.Write(ref _probe, long.MinValue);
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

    private void EndRound(TimeSpan observed)
    {
        Measured?.Invoke(observed);
        if (_bytesBeforeMeasuring > 0)
        {
            // The round after the small window: its time is that of the way alone, and of what little was still in the buffers. Taken for
            // the way each time, that little would add up.
            _shortest = observed > _shortest * LongerWay || observed < _shortest ? observed : _shortest;
            _bytes = _bytesBeforeMeasuring;
            _bytesBeforeMeasuring = 0;
            _measuredAt = time.GetTimestamp();
            return;
        }

        if (observed < _shortest)
        {
            _shortest = observed;
            _measuredAt = time.GetTimestamp();
        }

        var target = _shortest + Larger(_shortest * AcceptedShare, AlwaysAccepted);
        if (observed > target)
        {
            _isStarting = false;
            _bytes = Math.Max(LeastBytes, (long)(_bytes * Math.Max(0.5, target / observed)));
        }
        else if (_mostInRound >= _bytes * UsedShare)
        {
            _bytes = Math.Min(MostBytes, (long)(_bytes * (_isStarting ? 2 : Math.Min(1.25, 1 + ((target - observed) / target)))));
        }

        if (time.GetElapsedTime(_measuredAt) > RemeasureEvery && observed > _shortest + AlwaysAccepted)
        {
            _bytesBeforeMeasuring = _bytes;
            _bytes = LeastBytes;
        }
    }

    private static TimeSpan Larger(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
