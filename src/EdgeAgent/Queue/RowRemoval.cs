using System.Runtime.InteropServices;

namespace EdgeAgent.Queue;

/// <summary>
/// How the rows of ended messages leave one table. Deleting a row rewrites its page, twice with the checkpoint: half of what a
/// numeric reading costs the card. So the rows at the front are only declared removed, by one number in <c>state</c>, and the whole
/// table is emptied when its last row has ended, which writes next to nothing. Only what lies too long or too much in the way is
/// deleted row by row, a slice at a time. The store thread's alone.
/// </summary>
internal sealed class RowRemoval(int table, Database database)
{
    /// <summary>So much may lie removed in the file: to empty a table reads each of its pages, in one transaction.</summary>
    private const long MostRemovedRows = 1_500_000;

    private const long MostRemovedBytes = 48 << 20;
    private const int Slice = 4_096;

    private readonly string _key = StateKeys.RemovedTo[table];
    private readonly MessageTable _rows = database.Messages[table];

    // Read when they are needed first, and after a transaction that was undone.
    private long? _removedTo;
    private long? _count;

    /// <summary>Every row up to this number is removed, whether it is still in the file or not.</summary>
    public long RemovedTo => _removedTo ??= database.State[_key] ?? 0;

    /// <summary>About so many removed rows are still in the file.</summary>
    public long Count => _count ??= CountLeft();

    /// <summary>In a transaction: removes ended messages.</summary>
    /// <param name="ranges">Ascending.</param>
    /// <param name="count">How many messages they are.</param>
    /// <param name="unwritten">The lowest number that may still be written.</param>
    public void Remove(List<SequenceRange> ranges, int count, long unwritten)
    {
        var (removedTo, left) = (RemovedTo, Count);
        foreach (ref readonly var range in CollectionsMarshal.AsSpan(ranges))
        {
            if (range.To <= removedTo)
            {
                continue;
            }

            if (range.To < unwritten && (_rows.LowestAbove(removedTo) ?? long.MaxValue) >= range.From)
            {
                removedTo = range.To;
            }
            else
            {
                _ = _rows.Delete(range);
                count--;
            }
        }

        if (removedTo != RemovedTo)
        {
            database.State[_key] = removedTo;
            (_removedTo, _count) = (removedTo, left + Math.Max(0, count));
        }
    }

    /// <summary>Whether there is space to give back: the table can be emptied, or too much lies in it, or it is needed.</summary>
    /// <param name="size">The size of the file.</param>
    /// <param name="waiting">Messages that are not removed.</param>
    /// <param name="isNeeded">The space is needed now.</param>
    public bool CanGiveBack(long size, long waiting, bool isNeeded) =>
        Count > 0 && (isNeeded || IsMuch(size, waiting) || _rows.LowestAbove(RemovedTo) is null);

    /// <summary>In a transaction: gives the space of removed rows back, no more than a slice of it where it is much.</summary>
    public void GiveBack(long size, long waiting)
    {
        if (!IsMuch(size, waiting) && _rows.LowestAbove(RemovedTo) is null)
        {
            _rows.DeleteAll();
            _count = 0;
        }
        else
        {
            var deleted = _rows.DeleteLowest(RemovedTo, Slice);
            _count = deleted < Slice ? 0 : Math.Max(1, Count - deleted);
        }
    }

    /// <summary>In a transaction: deletes what is removed for good, because rows with lower numbers are about to come.</summary>
    public void MakeWay(long lowest)
    {
        if (lowest <= RemovedTo)
        {
            _ = _rows.Delete(new(0, RemovedTo));
            (_removedTo, _count) = (lowest - 1, 0);
            database.State[_key] = lowest - 1;
        }
    }

    /// <summary>No more than this many removed rows are left.</summary>
    private long CountLeft() => _rows.LowestAbove(0) is { } lowest ? Math.Max(0, RemovedTo - lowest + 1) : 0;

    private bool IsMuch(long size, long waiting) =>
        Count > MostRemovedRows || size * Count / Math.Max(1, Count + waiting) > MostRemovedBytes;

    /// <summary>A transaction was undone: what it noted is read again.</summary>
    public void Forget() => (_removedTo, _count) = (null, null);
}
