namespace EdgeAgent.Queue;

/// <summary>An era and the first number that belongs to it. The era is replaced when its clock is corrected. Thread-safe.</summary>
internal sealed class EraEntry(long first, Era era)
{
    private volatile Era _era = era;

    /// <summary>The lowest number that may belong to it; the next era's first ends it.</summary>
    public long First { get; } = first;

    public Era Era
    {
        get => _era;
        set => _era = value;
    }
}

/// <summary>
/// Every era that is in memory, so that all messages of one share it and a correction reaches them; older ones are read when a
/// message of theirs is. The store thread's alone.
/// </summary>
internal sealed class EraTable
{
    private const int Capacity = 256;

    private readonly SortedDictionary<long, EraEntry> _entries = [];
    private (EraEntry Era, long End)? _last;

    /// <summary>An era begins.</summary>
    public void Add(EraEntry entry)
    {
        _entries[entry.First] = entry;

        // The era that was last asked for may end here now.
        _last = null;
    }

    /// <summary>Gives the eras of a boot whose clock was not set the better offset that is known now.</summary>
    public void Correct(string bootId, long wallOffset, bool isSynchronized)
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.Era.BootId == bootId && !entry.Era.IsSynchronized)
            {
                entry.Era = entry.Era with { WallOffset = wallOffset, IsSynchronized = isSynchronized };
            }
        }
    }

    /// <summary>The era of a row; rows in a row cost one look at the file.</summary>
    public EraEntry Find(long sequence, Database database)
    {
        if (_last is not var (era, end) || sequence < era.First || sequence >= end)
        {
            era = Keep(database.Eras.Find(sequence, out _) ?? new(0, Era.Unknown));
            _last = (era, EndOf(sequence, database));
        }

        return era;
    }

    /// <summary>The entry that all messages of the era share.</summary>
    private EraEntry Keep(EraEntry found)
    {
        if (_entries.TryGetValue(found.First, out var known))
        {
            return known;
        }

        if (_entries.Count >= Capacity)
        {
            _entries.Remove(_entries.Keys.First());
        }

        return _entries[found.First] = found;
    }

    /// <summary>The number that ends the era of a row. One that has just begun is perhaps not yet in the file.</summary>
    private long EndOf(long sequence, Database database)
    {
        var end = database.Eras.NextFirst(sequence);
        foreach (var first in _entries.Keys)
        {
            end = first > sequence ? Math.Min(end, first) : end;
        }

        return end;
    }
}
