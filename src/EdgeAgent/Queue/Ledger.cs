using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// The record of every message that will never be delivered. Losses of one kind, topic and era become one entry; entries are delivered
/// themselves, and only forgotten when the broker has them. Bounded: beyond <see cref="Capacity"/> entries the topics of a reason
/// become one. Under the queue's lock.
/// </summary>
internal sealed class Ledger
{
    public const int Capacity = 1000;

    /// <summary>An entry is offered when nothing was added to it for so long, so that an ongoing loss is one message and not thousands.</summary>
    private const long SettledMilliseconds = 5_000;

    /// <summary>After a refusal nothing is offered for so long.</summary>
    private const long RestMilliseconds = 3_600_000;

    private const string ManyTopics = "*";

    private readonly SortedDictionary<long, LedgerEntry> _entries = [];
    private readonly Dictionary<(LossReason Reason, string Topic, ulong Era), LedgerEntry> _open = [];
    private readonly HashSet<LedgerEntry> _changed = [];
    private readonly List<long> _ended = [];
    private readonly long[] _counts = new long[(int)LossReason.Discarded + 1];
    private readonly QueueClock _clock;
    private readonly ulong _run;
    private readonly Envelope _envelope;
    private long _lastId;
    private long _restsUntil;

    public Ledger(QueueClock clock, ulong run, string topic, IEnumerable<LedgerEntry> stored, long lastId)
    {
        _clock = clock;
        _run = run;
        _envelope = new() { Sensor = "ledger", Topic = topic, ContentType = "application/json", Priority = MessagePriority.High };
        _lastId = lastId;
        Load(stored);
    }

    /// <summary>What an entry's own id is called in its payload.</summary>
    public string IdKey { get; set; } = JsonNames.Default.Id;

    /// <summary>Losses of this run by reason.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Whether the store has something of it to write.</summary>
    public bool HasChanged => _changed.Count > 0 || _ended.Count > 0;

    /// <summary>When an entry that could not be offered yet can be, milliseconds of the queue's clock.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    public int InFlight { get; private set; }

    public void Add(LossReason reason, string topic, EraEntry era, long sequence, long bootTime) =>
        Add(reason, topic, era.Era.Name, new(sequence, sequence), era.Era.WallOffset + bootTime, era.Era.WallOffset + bootTime, 1, null);

    public void Add(LossReason reason, string topic, ulong era, SequenceRange numbers, long? wallFrom, long? wallTo, long count, string? note)
    {
        _counts[(int)reason] += count;
        var key = (reason, topic, era);
        if (!_open.TryGetValue(key, out var entry) && _entries.Count >= Capacity)
        {
            key = (reason, ManyTopics, 0);
            _ = _open.TryGetValue(key, out entry);
        }

        if (entry is null)
        {
            entry = new(++_lastId, _run, key.reason, key.topic, key.era) { Numbers = numbers, WallFrom = wallFrom, WallTo = wallTo, Note = note };
            _entries[entry.Id] = entry;
            _open[key] = entry;
        }

        entry.Count += count;
        entry.Numbers = new(Math.Min(entry.Numbers.From, numbers.From), Math.Max(entry.Numbers.To, numbers.To));
        entry.WallFrom = wallFrom < entry.WallFrom ? wallFrom : entry.WallFrom;
        entry.WallTo = wallTo > entry.WallTo ? wallTo : entry.WallTo;
        entry.ChangedAt = _clock.Now;
        NextDue = Math.Min(NextDue, entry.ChangedAt + SettledMilliseconds);
        _changed.Add(entry);
    }

    /// <summary>The oldest entry that has settled and is not in flight.</summary>
    public bool TryTake(out QueuedMessage message)
    {
        var now = _clock.Now;
        if (now < _restsUntil)
        {
            NextDue = _restsUntil;
            message = default;
            return false;
        }

        NextDue = long.MaxValue;
        foreach (var entry in _entries.Values)
        {
            if (entry.IsInFlight)
            {
                continue;
            }

            var due = Math.Max(Math.Max(entry.LeftUntil, entry.RefusedUntil), entry.ChangedAt + SettledMilliseconds);
            if (due > now)
            {
                NextDue = Math.Min(NextDue, due);
                continue;
            }

            entry.IsInFlight = true;
            InFlight++;
            _open.Remove((entry.Reason, entry.Topic, entry.Era));
            message = new(-entry.Id, new(entry.Run, string.Empty, 0, IsSynchronized: true), _envelope, entry.WallTo ?? entry.WallFrom ?? 0,
                MessageBody.OfBytes(entry.ToJson(IdKey)), Lane.Ledger);
            return true;
        }

        message = default;
        return false;
    }

    /// <summary>The broker has it.</summary>
    public bool End(long id)
    {
        if (!_entries.TryGetValue(id, out var entry) || !entry.IsInFlight)
        {
            return false;
        }

        InFlight--;
        _entries.Remove(id);
        _changed.Remove(entry);
        _ended.Add(id);
        return true;
    }

    /// <summary>It is to be offered again.</summary>
    public void Leave(long id, long due)
    {
        if (_entries.TryGetValue(id, out var entry) && entry.IsInFlight)
        {
            InFlight--;
            entry.IsInFlight = false;
            entry.LeftUntil = due;
            NextDue = Math.Min(NextDue, due);
        }
    }

    /// <summary>
    /// The broker will not have it, and perhaps no other: all of them rest, whatever becomes of the connection, which may have ended for this. An
    /// entry is never given up. This one comes again after the others.
    /// </summary>
    public void Refuse(long id)
    {
        Leave(id, 0);
        _restsUntil = _clock.Now + RestMilliseconds;
        NextDue = _restsUntil;
        if (_entries.TryGetValue(id, out var entry))
        {
            entry.RefusedUntil = _restsUntil + RestMilliseconds;
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Release()
    {
        InFlight = 0;
        foreach (var entry in _entries.Values)
        {
            entry.IsInFlight = false;
            entry.LeftUntil = 0;
        }
    }

    /// <summary>Gives the store copies of what it has to write, and the entries to delete.</summary>
    public (LedgerEntry[] Changed, long[] Ended) Take()
    {
        var taken = (_changed.Select(static entry => entry.Copy()).ToArray(), _ended.ToArray());
        _changed.Clear();
        _ended.Clear();
        return taken;
    }

    /// <summary>What was taken is not written.</summary>
    public void Restore((LedgerEntry[] Changed, long[] Ended) taken)
    {
        _ended.AddRange(taken.Ended);
        foreach (var copy in taken.Changed)
        {
            if (_entries.TryGetValue(copy.Id, out var entry))
            {
                _changed.Add(entry);
            }
        }
    }

    /// <summary>Takes up entries that were salvaged.</summary>
    public void Load(IEnumerable<LedgerEntry> stored)
    {
        foreach (var entry in stored)
        {
            _ = _entries.TryAdd(entry.Id, entry);
            _lastId = Math.Max(_lastId, entry.Id);
        }
    }

    /// <summary>Everything is written anew: the file is a new one.</summary>
    public void ChangeAll() => _changed.UnionWith(_entries.Values);
}
