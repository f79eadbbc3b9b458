namespace EdgeAgent.Queue;

/// <summary>
/// Finds the way over a stretch of numbers whose rows cannot be read: looks ever further ahead until something can be read again, then
/// goes back by halves, because the last look may have gone over readable rows. Pure, but for what it asks of the file.
/// </summary>
internal static class DamagedStretch
{
    /// <summary>Numbers further apart than this do not belong to one file.</summary>
    private const long LargestGap = 1L << 40;

    /// <summary>Where the next readable row is.</summary>
    /// <param name="from">The last number that was read.</param>
    /// <param name="skip">So many numbers behind it are known not to be readable.</param>
    /// <param name="firstAbove">The lowest number above one; null: the way there is damaged.</param>
    /// <returns>How many numbers were gone over blindly, and the number found behind them; null: everything behind is damaged.</returns>
    public static (long Step, long Found)? Pass(long from, long skip, Func<long, long?> firstAbove)
    {
        for (var step = skip; step < LargestGap; step = (step * 2) + 1)
        {
            if (firstAbove(from + step) is { } found)
            {
                return step > skip ? Nearest(from, (step - 1) / 2, step, found, firstAbove) : (step, found);
            }
        }

        return null;
    }

    private static (long Step, long Found) Nearest(long from, long failed, long step, long found, Func<long, long?> firstAbove)
    {
        while (step - failed > 1)
        {
            var middle = failed + ((step - failed) / 2);
            if (firstAbove(from + middle) is { } nearer)
            {
                (step, found) = (middle, nearer);
            }
            else
            {
                failed = middle;
            }
        }

        return (step, found);
    }
}
