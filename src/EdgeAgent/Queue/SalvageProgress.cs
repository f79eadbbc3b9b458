namespace EdgeAgent.Queue;

/// <summary>
/// How far the salvage of a damaged file has come, kept in the new file with the rows themselves, so that a restart goes on where it was: rows that
/// came back and were delivered do not come back again. The store thread's alone.
/// </summary>
/// <param name="damagedPath">Of the damaged file.</param>
internal sealed class SalvageProgress(string damagedPath)
{
    /// <summary>The keys of all salvages: an SQL pattern.</summary>
    public const string Keys = "salvage:%";

    private readonly string _prefix = $"salvage:{Path.GetFileName(damagedPath)}:";

    public long Rescued { get; private set; }

    public long Unreadable { get; private set; }

    /// <summary>Takes up what an earlier run wrote; false where it wrote nothing.</summary>
    public bool TryResume(StateRows state)
    {
        Rescued = state[_prefix + nameof(Rescued)] ?? 0;
        Unreadable = state[_prefix + nameof(Unreadable)] ?? 0;
        return Reached(state, 0) is not null;
    }

    /// <summary>The number up to which a table has been read; null where nothing of it has.</summary>
    public long? Reached(StateRows state, int table) => state[_prefix + DamagedQueue.Tables[table]];

    /// <summary>In the transaction that writes the rows. Counts only when that is committed: <see cref="Add"/>.</summary>
    /// <param name="state">Of the new file.</param>
    /// <param name="table">Which table.</param>
    /// <param name="reached">Read up to here.</param>
    /// <param name="rescued">More than before.</param>
    /// <param name="unreadable">More than before.</param>
    public void Write(StateRows state, int table, long reached, long rescued, long unreadable)
    {
        state[_prefix + DamagedQueue.Tables[table]] = reached;
        state[_prefix + nameof(Rescued)] = Rescued + rescued;
        state[_prefix + nameof(Unreadable)] = Unreadable + unreadable;
    }

    public void Add(long rescued, long unreadable)
    {
        Rescued += rescued;
        Unreadable += unreadable;
    }
}
