using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// Writes what is due, and knows how the file does: a failure is a state of it, that is tried again with growing patience. The store
/// thread's alone, but for what it says about itself.
/// </summary>
internal sealed class StoreWriter(QueueState state, QueueClock clock, StoreParts parts, StoreSchedule schedule, ILogger log)
{
    private static readonly long[] RetryMilliseconds = [100, 500, 1_000, 2_000, 5_000, 10_000];

    /// <summary>So many slices are given back before new rows are tried again.</summary>
    private const int MostSlices = 16;

    private int _failures;

    public StoreHealth Health { get; private set; }

    /// <summary>What is wrong, in words; null while it is healthy.</summary>
    public string? Problem { get; private set; }

    /// <summary>Not to be tried before, milliseconds of the queue's clock.</summary>
    public long RetryAt { get; private set; }

    /// <summary>What was wrong may be right now: it is not to wait.</summary>
    public void TryAgainAtOnce() => RetryAt = 0;

    /// <summary>Does something with the open file; false where the file failed.</summary>
    public bool Try(Action work, long now)
    {
        try
        {
            parts.EnsureOpen();
            work();
            return true;
        }
        catch (StoreException failure)
        {
            Failed(failure, now);
            return false;
        }
    }

    /// <exception cref="StoreException">Nothing of it is certain, and all of it is to be done again.</exception>
    public void Write(long now)
    {
        if (Health == StoreHealth.Full)
        {
            // New rows may still find no room. What was delivered goes first, with the ballast's room if it must be.
            Write(now, withRows: false);
            GiveBack();
        }

        Write(now, withRows: true);
    }

    /// <summary>The rows of what was delivered lie in the file until their space is given back; a slice at a time, and no more than some at once.</summary>
    private void GiveBack()
    {
        try
        {
            for (var slice = 0; slice < MostSlices && parts.Upkeep.CanGiveBack; slice++)
            {
                parts.Upkeep.GiveBack();
            }
        }
        catch (StoreException failure) when (failure.IsFull)
        {
            // There is no room even to delete; the new rows may still fit into what is free.
        }
    }

    private void Write(long now, bool withRows)
    {
        Action<bool> complete;
        var isAll = withRows;
        lock (state.Gate)
        {
            withRows &= schedule.RowsAreDue(now);
            parts.Work.Take(withRows);
            complete = withRows ? schedule.Waiters.TakeWriting() : static _ => { };
            schedule.RemovalsTaken();
        }

        try
        {
            parts.Work.Commit(now);
        }
        catch (StoreException failure)
        {
            lock (state.Gate)
            {
                parts.Work.Failed();
                state.StoreFails = true;
                schedule.RemovalsFailed(now);
            }

            complete(false);
            if (failure.IsFull && !withRows && parts.Ballast.Release())
            {
                Write(now, isAll);
                return;
            }

            throw;
        }

        Action<bool> tellDecided;
        lock (state.Gate)
        {
            parts.Work.Committed();
            tellDecided = schedule.Waiters.TakeDecisions();
            state.StoreFails &= !withRows;
            state.Trim(clock.Now, int.MaxValue);
        }

        if (isAll)
        {
            // Before those who wait are told, so that nobody who knows his message written is told of a file that does not write.
            Recovered();
        }

        complete(true);
        tellDecided(true);
        parts.Upkeep.Measure();
    }

    private void Recovered()
    {
        if (Health != StoreHealth.Healthy)
        {
            (Health, Problem, _failures, RetryAt) = (StoreHealth.Healthy, null, 0, 0);
            log.StoreRecovered();
            parts.Ballast.Restore();
        }
    }

    private void Failed(StoreException failure, long now)
    {
        var health = failure.IsFull ? StoreHealth.Full : StoreHealth.Failing;
        if (Health != health)
        {
            (Health, Problem) = (health, failure.Message);
            log.StoreFailed(failure.Message);
        }

        lock (state.Gate)
        {
            state.StoreFails = true;
        }

        if (!failure.IsFull)
        {
            // After a failed sync nothing that the kernel or SQLite remember of the file can be trusted.
            parts.Close(failure);
        }

        RetryAt = now + RetryMilliseconds[Math.Min(_failures++, RetryMilliseconds.Length - 1)];
    }
}
