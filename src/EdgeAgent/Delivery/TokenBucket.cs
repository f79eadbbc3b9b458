namespace EdgeAgent.Delivery;

/// <summary>
/// Lets so many messages through a second, over both lanes together; a burst of one second's worth, at least one, may go at once
/// after a pause. Not thread-safe: the drainer's loop owns it.
/// </summary>
internal sealed class TokenBucket(double? perSecond, TimeProvider time)
{
    private readonly double _capacity = Math.Max(1, perSecond ?? 0);
    private double _tokens = Math.Max(1, perSecond ?? 0);
    private long _filledAt = time.GetTimestamp();

    /// <summary>Whether there is a place. False: wait for <see cref="UntilNext"/>.</summary>
    public bool HasPlace
    {
        get
        {
            if (perSecond is null)
            {
                return true;
            }

            Fill();
            return _tokens >= 1;
        }
    }

    /// <summary>Takes the place that <see cref="HasPlace"/> found.</summary>
    public void Take() => _tokens--;

    /// <summary>Gives a place back that was not used.</summary>
    public void Return() => _tokens = Math.Min(_capacity, _tokens + 1);

    /// <summary>How long until there is a place; zero when there is one.</summary>
    public TimeSpan UntilNext()
    {
        if (perSecond is not { } rate)
        {
            return TimeSpan.Zero;
        }

        Fill();
        return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / rate);
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * (perSecond ?? 0)));
        _filledAt = now;
    }
}
