using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>An envelope in memory: its number in the file, and the newest message under it.</summary>
internal sealed class EnvelopeEntry(long id, Envelope envelope, bool isStored)
{
    /// <summary>A larger body is not kept beyond its time in memory.</summary>
    private const int LargestRemembered = 4096;

    public long Id { get; } = id;

    public Envelope Envelope { get; } = envelope;

    /// <summary>Whether its row is committed. The store's; false until a transaction with it has succeeded.</summary>
    public bool IsStored { get; set; } = isStored;

    /// <summary>Whether new messages may use it.</summary>
    public bool IsOpen { get; init; } = true;

    /// <summary>No message under it has a higher number.</summary>
    public long LastSequence { get; set; }

    /// <summary>The newest message that has not ended, 0 for none: it is offered first after a reconnect.</summary>
    public long NewestSequence { get; set; }

    public EraEntry? NewestEra { get; set; }

    public long NewestBootTime { get; set; }

    public MessageBody NewestBody { get; set; }

    /// <summary>Whether its content is here too, so that it outlives its time in the ring.</summary>
    public bool IsNewestHere { get; private set; }

    public void Remember(long sequence, EraEntry era, long bootTime, in MessageBody body)
    {
        IsNewestHere = body.Packed.Length <= LargestRemembered;
        (NewestSequence, NewestEra, NewestBootTime, NewestBody) = (sequence, era, bootTime, IsNewestHere ? body : default);
    }

    /// <summary>The newest is a row of an earlier run, and its content only on disk.</summary>
    public void RememberStored(long sequence, EraEntry era, long bootTime)
    {
        IsNewestHere = false;
        (NewestSequence, NewestEra, NewestBootTime, NewestBody) = (sequence, era, bootTime, default);
    }

    public void ForgetNewest()
    {
        NewestSequence = 0;
        NewestEra = null;
        NewestBody = default;
    }
}

/// <summary>
/// Equal envelopes are one entry. Bounded: topics that never come again must not fill memory, so the entry that was unused the
/// longest leaves, and is read again or stored anew when it is needed. Under the queue's lock.
/// </summary>
internal sealed class EnvelopeTable(long nextId)
{
    /// <summary>More than this many are never in memory, nor read at start.</summary>
    public const int Capacity = 1024;

    /// <summary>References beyond this are forgotten together; they are only a short cut.</summary>
    private const int KnownReferences = 4 * Capacity;

    private readonly Dictionary<Envelope, LinkedListNode<EnvelopeEntry>> _byValue = new(64);
    private readonly Dictionary<long, LinkedListNode<EnvelopeEntry>> _byId = new(64);
    private readonly Dictionary<Envelope, LinkedListNode<EnvelopeEntry>> _byReference = new(64, ReferenceEqualityComparer.Instance);

    /// <summary>The least used first.</summary>
    private readonly LinkedList<EnvelopeEntry> _byUse = [];

    private long _nextId = nextId;

    /// <summary>Entries that left memory, whose last number has to be noted in the file.</summary>
    public Queue<EnvelopeEntry> Retired { get; } = [];

    public IEnumerable<EnvelopeEntry> Entries => _byUse;

    /// <summary>The entry for an envelope; a new one gets the next number.</summary>
    public EnvelopeEntry Intern(Envelope envelope)
    {
        if (!_byReference.TryGetValue(envelope, out var node))
        {
            if (!_byValue.TryGetValue(envelope, out node))
            {
                node = Add(new(_nextId++, envelope, isStored: false));
            }

            if (_byReference.Count >= KnownReferences)
            {
                _byReference.Clear();
            }

            _byReference[envelope] = node;
        }

        Touch(node);
        return node.Value;
    }

    /// <summary>The entry for an envelope, where it is in memory: looking is no use.</summary>
    public EnvelopeEntry? Peek(Envelope envelope) => _byValue.TryGetValue(envelope, out var node) ? node.Value : null;

    public EnvelopeEntry? Find(long id)
    {
        if (!_byId.TryGetValue(id, out var node))
        {
            return null;
        }

        Touch(node);
        return node.Value;
    }

    /// <summary>Takes up an envelope that was read from the file.</summary>
    /// <param name="id">Its number in the file.</param>
    /// <param name="envelope">What it says.</param>
    /// <param name="isOpen">False where its row names its last message, which one that is retired will: then new messages need an entry of their own.</param>
    public EnvelopeEntry Load(long id, Envelope envelope, bool isOpen) =>
        Find(id) ?? Add(new(id, envelope, isStored: true) { IsOpen = isOpen && Retired.All(retired => retired.Id != id) }).Value;

    private LinkedListNode<EnvelopeEntry> Add(EnvelopeEntry entry)
    {
        if (_byUse.Count >= Capacity)
        {
            Retire(_byUse.First!);
        }

        var node = _byUse.AddLast(entry);
        _byId[entry.Id] = node;
        if (entry.IsOpen)
        {
            _byValue.TryAdd(entry.Envelope, node);
        }

        return node;
    }

    private void Retire(LinkedListNode<EnvelopeEntry> node)
    {
        _byUse.Remove(node);
        _byId.Remove(node.Value.Id);
        if (_byValue.TryGetValue(node.Value.Envelope, out var known) && known == node)
        {
            _byValue.Remove(node.Value.Envelope);
        }

        _byReference.Clear();
        node.Value.ForgetNewest();
        if (node.Value.IsOpen)
        {
            Retired.Enqueue(node.Value);
        }
    }

    private void Touch(LinkedListNode<EnvelopeEntry> node)
    {
        if (node.Next is not null)
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
        }
    }
}
