using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>A dead letter that is to be tried again, with its content.</summary>
/// <param name="Sequence">Its number, the old one.</param>
/// <param name="Envelope">Its topic and the rest.</param>
/// <param name="Era">Its era.</param>
/// <param name="BootTime">When it was taken, boot milliseconds of the era.</param>
/// <param name="Body">Its values.</param>
internal sealed record Letter(long Sequence, Envelope Envelope, EraEntry Era, long BootTime, MessageBody Body);

/// <summary>What becomes of the row of a dead letter.</summary>
internal enum LetterFate
{
    /// <summary>Delivered, dropped or expired: the row goes.</summary>
    Gone = 0,

    /// <summary>It is in the queue again.</summary>
    Retried = 1,

    /// <summary>It was refused again.</summary>
    RefusedAgain = 2,
}

/// <summary>A change of one row of the dead letters, until the store has committed it.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Code">With a refusal, the broker's reason code.</param>
/// <param name="Text">With a refusal, the broker's words.</param>
/// <param name="RefusedAt">With a refusal, Unix milliseconds.</param>
internal readonly record struct LetterChange(long Sequence, LetterFate Fate, byte Code = 0, string? Text = null, long RefusedAt = 0);

/// <summary>
/// Dead letters that the operator has put back into the queue. They keep their rows, and so their ids, and go last of all: only where
/// nothing else of the backlog waits. Never more than there may be dead letters. Under the queue's lock.
/// </summary>
internal sealed class LetterLane(QueueState state)
{
    private readonly SortedSet<long> _waiting = [];
    private readonly Queue<Letter> _ready = new();
    private readonly Dictionary<long, Letter> _inFlight = [];
    private List<LetterChange> _changes = [];
    private bool _isWanted;

    /// <summary>Letters in the queue that have not ended.</summary>
    public int Count => _waiting.Count + _ready.Count + _inFlight.Count;

    public int InFlight => _inFlight.Count;

    public bool HasChanged => _changes.Count > 0;

    /// <summary>Whether the store should read some.</summary>
    public bool WantsReading => _isWanted && _ready.Count == 0 && _waiting.Count > 0;

    /// <summary>When the next may be offered after one was left, milliseconds of the queue's clock; <see cref="long.MaxValue"/>: nothing waits for a time.</summary>
    public long NextDue => _waiting.Count > 0 && LeftUntil > 0 ? LeftUntil : long.MaxValue;

    private long LeftUntil { get; set; }

    /// <summary>Letters that an earlier run put back.</summary>
    public void Load(IEnumerable<long> sequences) => _waiting.UnionWith(sequences);

    public bool Contains(long sequence) =>
        _waiting.Contains(sequence) || _inFlight.ContainsKey(sequence) || _ready.Any(letter => letter.Sequence == sequence);

    public int CountBelow(long sequence) =>
        _waiting.Count(waiting => waiting < sequence) + _inFlight.Keys.Count(taken => taken < sequence) + _ready.Count(letter => letter.Sequence < sequence);

    /// <summary>Puts a dead letter back into the queue.</summary>
    public void Retry(DeadLetter letter)
    {
        var sequence = letter.Row.Sequence;
        state.Ledger.Add(LossReason.Retried, letter.Row.Envelope.Topic, letter.Row.Era.Name, new(sequence, sequence), letter.Row.WallTime, letter.Row.WallTime, 1, null);
        _waiting.Add(sequence);
        _changes.Add(new(sequence, LetterFate.Retried));
        state.Depths.Returned(sequence);
    }

    /// <summary>Gives a dead letter up; false where it is on its way to the broker.</summary>
    public bool TryDrop(DeadLetter letter)
    {
        var sequence = letter.Row.Sequence;
        if (_inFlight.ContainsKey(sequence) || _ready.Any(ready => ready.Sequence == sequence))
        {
            return false;
        }

        if (_waiting.Remove(sequence))
        {
            state.Depths.Ended(sequence);
        }

        state.Ledger.Add(LossReason.Discarded, letter.Row.Envelope.Topic, letter.Row.Era.Name, new(sequence, sequence), letter.Row.WallTime, letter.Row.WallTime, 1, null);
        _changes.Add(new(sequence, LetterFate.Gone));
        return true;
    }

    /// <summary>Takes the next letter, where the store has read one.</summary>
    public bool TryTake(long now, out QueuedMessage message)
    {
        message = default;
        if (now < LeftUntil)
        {
            return false;
        }

        LeftUntil = 0;
        _isWanted = true;
        while (_ready.TryDequeue(out var letter))
        {
            if (state.Ages.IsExpired(letter.Era.Era, letter.BootTime, letter.Envelope))
            {
                state.Ledger.Add(LossReason.Expired, letter.Envelope.Topic, letter.Era, letter.Sequence, letter.BootTime);
                End(letter.Sequence);
                continue;
            }

            _inFlight.Add(letter.Sequence, letter);
            message = new(letter.Sequence, letter.Era.Era, letter.Envelope, letter.BootTime, letter.Body, Lane.Backlog);
            return true;
        }

        return false;
    }

    /// <summary>The broker has it. False: it is no letter in flight.</summary>
    public bool TryAcknowledge(long sequence)
    {
        if (!_inFlight.Remove(sequence))
        {
            return false;
        }

        End(sequence);
        return true;
    }

    /// <summary>It waits again, with all others, until <paramref name="due"/>.</summary>
    public void Leave(long sequence, long due)
    {
        if (_inFlight.Remove(sequence))
        {
            _waiting.Add(sequence);
            LeftUntil = Math.Max(LeftUntil, due);
        }
    }

    /// <summary>It is a dead letter again.</summary>
    public void Refuse(long sequence, byte code, string? text, long refusedAt)
    {
        if (_inFlight.Remove(sequence, out var letter))
        {
            state.Ledger.Add(LossReason.Refused, letter.Envelope.Topic, letter.Era, sequence, letter.BootTime);
            _changes.Add(new(sequence, LetterFate.RefusedAgain, code, text, refusedAt));
            state.Depths.Ended(sequence);
        }
    }

    /// <summary>The connection is gone: all of them wait again.</summary>
    public void Release()
    {
        _waiting.UnionWith(_inFlight.Keys);
        _waiting.UnionWith(_ready.Select(static letter => letter.Sequence));
        _inFlight.Clear();
        _ready.Clear();
        LeftUntil = 0;
        _isWanted = false;
    }

    /// <summary>The lowest numbers that wait, for the store to read.</summary>
    public long[] BeginReading(int most) => [.. _waiting.Take(most)];

    /// <summary>Takes what the store has read; a number without a letter has no row any more.</summary>
    public void EndReading(long[] numbers, List<Letter> letters)
    {
        foreach (var sequence in numbers)
        {
            if (_waiting.Contains(sequence) && letters.Find(letter => letter.Sequence == sequence) is { } letter)
            {
                _waiting.Remove(sequence);
                _ready.Enqueue(letter);
            }
            else if (_waiting.Remove(sequence))
            {
                state.Depths.Ended(sequence);
            }
        }
    }

    /// <summary>Gives the store the changes to commit.</summary>
    public List<LetterChange> Take()
    {
        var taken = _changes;
        _changes = [];
        return taken;
    }

    /// <summary>What was taken is not committed.</summary>
    public void Restore(List<LetterChange> taken) => _changes.InsertRange(0, taken);

    /// <summary>The file is a new one, without letters.</summary>
    public void Clear()
    {
        Release();
        _waiting.Clear();
        _changes.Clear();
    }

    private void End(long sequence)
    {
        _changes.Add(new(sequence, LetterFate.Gone));
        state.Depths.Ended(sequence);
    }
}
