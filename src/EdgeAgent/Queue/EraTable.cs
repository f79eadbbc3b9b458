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

    public void Add(EraEntry entry) => _entries[entry.First] = entry;

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

    /// <summary>The era of a number, and the number that ends it.</summary>
    public (EraEntry Era, long End) Find(long sequence, Database database)
    {
        var found = database.Eras.Find(sequence, out _);
        var end = database.Eras.NextFirst(sequence);
        if (found is null)
        {
            found = new(0, Era.Unknown);
        }

        if (_entries.TryGetValue(found.First, out var known))
        {
            return (known, end);
        }

        if (_entries.Count >= Capacity)
        {
            _entries.Remove(_entries.Keys.First());
        }

        _entries[found.First] = found;
        return (found, end);
    }
}
