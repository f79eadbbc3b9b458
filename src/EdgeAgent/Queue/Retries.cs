using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>A message that was given back, to be offered again.</summary>
internal sealed class Retry(PriorityClass owner, long sequence)
{
    public PriorityClass Owner { get; } = owner;

    public long Sequence { get; } = sequence;

    /// <summary>It stands for a parked topic.</summary>
    public bool IsProbe { get; init; }

    /// <summary>Its content, once the store has read it again; a message in memory needs none.</summary>
    public EnvelopeEntry? Envelope { get; set; }

    public EraEntry? Era { get; set; }

    public long BootTime { get; set; }

    public MessageBody Body { get; set; }
}

/// <summary>
/// Messages that wait to be offered again: until they are due, then for the store to read them where they are no longer in
/// memory. Few: both lanes stand still while there are <see cref="Many"/>. Under the queue's lock.
/// </summary>
internal sealed class Retries
{
    /// <summary>So many messages to be tried later are no accident: everything else waits with them.</summary>
    public const int Many = 1024;

    private readonly PriorityQueue<Retry, (long Due, long Sequence)> _waiting = new();
    private readonly List<Retry> _unread = [];
    private readonly Queue<Retry> _ready = new();
    private readonly HashSet<long> _sequences = [];
    private List<Retry> _beingRead = [];

    public int Count => _sequences.Count;

    /// <summary>Also what has been removed and not yet come to its turn.</summary>
    private IEnumerable<Retry> All => _waiting.UnorderedItems.Select(static item => item.Element).Concat(_unread).Concat(_ready).Concat(_beingRead);

    /// <summary>When the next one is due, in milliseconds of the queue's clock; <see cref="long.MaxValue"/>: none waits.</summary>
    public long NextDue => _waiting.TryPeek(out _, out var order) ? order.Due : long.MaxValue;

    public bool WantsReading => _unread.Count > 0;

    /// <summary>Some are due and on their way from the disk: what comes after them must not overtake them.</summary>
    public bool IsReading => _unread.Count > 0 || _beingRead.Count > 0;

    public bool Contains(long sequence) => _sequences.Contains(sequence);

    public void Add(Retry retry, long due)
    {
        _waiting.Enqueue(retry, (due, retry.Sequence));
        _sequences.Add(retry.Sequence);
    }

    /// <summary>The next one to offer; it may be in memory or carry its content.</summary>
    public bool TryTake(long now, Ring ring, out Retry retry)
    {
        while (_waiting.TryPeek(out retry!, out var order) && order.Due <= now)
        {
            _waiting.Dequeue();
            if (!_sequences.Contains(retry.Sequence))
            {
                continue;
            }

            if (ring.Contains(retry.Sequence))
            {
                _sequences.Remove(retry.Sequence);
                return true;
            }

            _unread.Add(retry);
        }

        while (_ready.TryDequeue(out retry!))
        {
            if (_sequences.Remove(retry.Sequence))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>It ended while it waited: it will not be offered again. Null: it does not wait here.</summary>
    public Retry? Remove(long sequence) => _sequences.Remove(sequence) ? All.First(retry => retry.Sequence == sequence) : null;

    /// <summary>Gives the store what it has to read, lowest number first.</summary>
    public List<Retry> BeginReading()
    {
        _beingRead = [.. _unread.OrderBy(static retry => retry.Sequence)];
        _unread.Clear();
        return _beingRead;
    }

    /// <summary>Takes back what the store has read; one without an envelope is no longer there.</summary>
    /// <param name="retries">What <see cref="BeginReading"/> gave; of no use where <see cref="Clear"/> came between.</param>
    /// <param name="succeeded">False: they have to be read another time.</param>
    public void EndReading(List<Retry> retries, bool succeeded)
    {
        if (retries != _beingRead)
        {
            return;
        }

        _beingRead = [];
        foreach (var retry in retries)
        {
            if (!succeeded)
            {
                _unread.Add(retry);
            }
            else if (retry.Envelope is not null)
            {
                _ready.Enqueue(retry);
            }
            else
            {
                _sequences.Remove(retry.Sequence);
            }
        }
    }

    /// <summary>The lowest number of a class that waits here; <see cref="long.MaxValue"/>: none does.</summary>
    public long Lowest(PriorityClass owner) => All
        .Where(retry => retry.Owner == owner)
        .Select(static retry => retry.Sequence)
        .DefaultIfEmpty(long.MaxValue)
        .Min();

    public int CountBelow(long sequence) => _sequences.Count(waiting => waiting < sequence);

    public void Clear()
    {
        _waiting.Clear();
        _unread.Clear();
        _ready.Clear();
        _sequences.Clear();
        _beingRead = [];
    }
}
