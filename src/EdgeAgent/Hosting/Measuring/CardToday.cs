namespace EdgeAgent.Hosting.Measuring;

/// <summary>How much the queue has written to the card today: since local midnight, or since the start where that was later. Not thread-safe.</summary>
internal sealed class CardToday(TimeProvider time)
{
    private DateOnly _day = DateOnly.FromDateTime(time.GetLocalNow().DateTime);
    private long _before;

    /// <param name="written">Bytes written since the start.</param>
    public long Bytes(long written)
    {
        var day = DateOnly.FromDateTime(time.GetLocalNow().DateTime);
        if (day != _day)
        {
            (_day, _before) = (day, written);
        }

        return written - _before;
    }
}
