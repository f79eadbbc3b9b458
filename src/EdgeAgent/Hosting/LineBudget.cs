namespace EdgeAgent.Hosting;

/// <summary>
/// How many lines one cause may write into the log in a while: what goes on and off all day must not push everything else out of the
/// journal. What was left out is counted, and to be told when the while is over. Not thread-safe.
/// </summary>
internal sealed class LineBudget(int lines, TimeSpan within, TimeProvider time)
{
    private long _start = time.GetTimestamp();
    private int _written;
    private long _leftOut;

    /// <summary>Whether lines were left out of which nothing has been said yet.</summary>
    public bool HasLeftOut => _leftOut > 0;

    /// <summary>Whether a line may be written; one that may not is counted. Ask <see cref="TryRenew"/> first.</summary>
    public bool TryTake()
    {
        if (_written < lines)
        {
            _written++;
            return true;
        }

        _leftOut++;
        return false;
    }

    /// <summary>Begins anew where the while is over; true where lines were left out in it, which is to be said.</summary>
    /// <param name="leftOut">How many.</param>
    public bool TryRenew(out long leftOut)
    {
        leftOut = 0;
        if (time.GetElapsedTime(_start) < within)
        {
            return false;
        }

        leftOut = _leftOut;
        (_start, _written, _leftOut) = (time.GetTimestamp(), 0, 0);
        return leftOut > 0;
    }
}
