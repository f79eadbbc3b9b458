namespace EdgeAgent.Queue;

/// <summary>
/// How many messages have been accepted and have not ended, without ever counting rows: exact for this run, and for earlier ones as
/// exact as the file was closed. Under the queue's lock.
/// </summary>
/// <param name="firstOfRun">The first number of this run.</param>
/// <param name="earlier">Messages of earlier runs that have not ended.</param>
/// <param name="isEarlierExact">Whether that is no estimate.</param>
internal sealed class DepthCount(long firstOfRun, long earlier, bool isEarlierExact)
{
    /// <summary>Whether <see cref="Earlier"/> is no estimate.</summary>
    public bool IsExact { get; private set; } = isEarlierExact;

    /// <summary>The first number of this run.</summary>
    public long FirstOfRun { get; } = firstOfRun;

    /// <summary>Messages of earlier runs: an estimate after an unclean stop, until they are drained.</summary>
    public long Earlier { get; private set; } = earlier;

    /// <summary>Messages of this run.</summary>
    public long OfRun { get; private set; }

    public long Total => Earlier + OfRun;

    /// <summary>The largest <see cref="Total"/> of this run.</summary>
    public long Deepest { get; private set; } = earlier;

    /// <summary>A message was accepted.</summary>
    public void Accepted()
    {
        OfRun++;
        Deepest = Math.Max(Deepest, Total);
    }

    public void Ended(long sequence)
    {
        if (sequence >= FirstOfRun)
        {
            OfRun--;
        }
        else
        {
            Earlier = Math.Max(0, Earlier - 1);
        }
    }

    /// <summary>A message that had ended is in the queue again.</summary>
    public void Returned(long sequence)
    {
        if (sequence >= FirstOfRun)
        {
            OfRun++;
        }
        else
        {
            Earlier++;
        }

        Deepest = Math.Max(Deepest, Total);
    }

    /// <summary>Messages of earlier runs came back from a damaged file.</summary>
    public void Found(long count)
    {
        Earlier += count;
        Deepest = Math.Max(Deepest, Total);
    }

    /// <summary>The file is a new and empty one.</summary>
    /// <param name="inMemory">Messages in memory that have not ended.</param>
    public void StartAgain(long inMemory) => (Earlier, OfRun) = (0, inMemory);

    /// <summary>Once the cursors have passed all of the earlier runs, what is left of them is known and the estimate becomes exact.</summary>
    public void Settle(PriorityClass[] classes, Retries retries, LetterLane letters)
    {
        if (!IsExact && classes[0].Cursor >= FirstOfRun && classes[1].Cursor >= FirstOfRun)
        {
            IsExact = true;
            Earlier = classes[0].CountBelow(FirstOfRun) + classes[1].CountBelow(FirstOfRun) + retries.CountBelow(FirstOfRun)
                + letters.CountBelow(FirstOfRun);
        }
    }
}
