using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// The messages of one priority: their table, how far each lane has come in them, and what is in flight. Under the queue's lock.
/// </summary>
internal sealed class PriorityClass(MessagePriority priority, long cursor, long lastOnDisk)
{
    public MessagePriority Priority { get; } = priority;

    /// <summary>The next number of the backlog: everything below is ended, in flight, waiting to be tried again, or parked.</summary>
    public long Cursor { get; set; } = cursor;

    /// <summary>The next number of the live lane.</summary>
    public long LiveCursor { get; set; }

    /// <summary>No row has a higher number.</summary>
    public long LastOnDisk { get; set; } = lastOnDisk;

    public ReadAhead Ahead { get; } = new();

    /// <summary>In flight, taken by the cursor of the backlog.</summary>
    public Window BacklogWindow { get; } = new();

    /// <summary>In flight, taken by the cursor of the live lane.</summary>
    public Window LiveWindow { get; } = new();

    /// <summary>In flight, taken out of order: the newest of a topic, and what is tried again.</summary>
    public Dictionary<long, InFlight> Others { get; } = [];

    /// <summary>Ended messages whose rows are still there.</summary>
    public Removals Removals { get; } = new();

    public int InFlight => BacklogWindow.Count + LiveWindow.Count + Others.Count;

    public bool IsTaken(long sequence) => BacklogWindow.Contains(sequence) || IsTakenElsewhere(sequence);

    /// <summary>Whether the cursor must pass a number over because another way has taken it.</summary>
    public bool IsTakenElsewhere(long sequence) =>
        (LiveWindow.Count > 0 && LiveWindow.Contains(sequence)) || (Others.Count > 0 && Others.ContainsKey(sequence));

    /// <summary>Ends what was taken. False where it is not in flight: acknowledged twice, or after the connection ended.</summary>
    public bool TryEnd(long sequence, out InFlight message)
    {
        if (BacklogWindow.TryEnd(sequence, out message))
        {
            return true;
        }

        if (!LiveWindow.TryEnd(sequence, out message) && !Others.Remove(sequence, out message))
        {
            return false;
        }

        // The cursor has not passed it yet, so it may have been read ahead.
        message.DiskFrom = sequence;
        Ahead.End(sequence, sequence);
        return true;
    }

    /// <summary>How many messages with a lower number are in flight.</summary>
    public int CountBelow(long sequence) =>
        BacklogWindow.CountBelow(sequence) + LiveWindow.CountBelow(sequence) + Others.Keys.Count(other => other < sequence);

    /// <summary>Rows may come back between those in flight: from now on each removes no row but its own.</summary>
    public void Narrow()
    {
        BacklogWindow.MoveTo(Others);
        Ahead.Clear();
    }

    /// <summary>Sets the cursor back to <paramref name="sequence"/> while messages are in flight.</summary>
    public void Rewind(long sequence)
    {
        if (sequence < Cursor)
        {
            BacklogWindow.MoveTo(Others);
            Cursor = sequence;
            Ahead.Clear();
        }
    }

    /// <summary>The connection is gone: what was in flight waits again.</summary>
    public void Release(long lowestWaiting)
    {
        var lowest = Math.Min(Cursor, lowestWaiting);
        BacklogWindow.MoveTo(Others);
        LiveWindow.MoveTo(Others);
        foreach (var sequence in Others.Keys)
        {
            lowest = Math.Min(lowest, sequence);
        }

        Others.Clear();
        Cursor = lowest;
        Ahead.Clear();
    }
}
