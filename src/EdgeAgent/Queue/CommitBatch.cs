namespace EdgeAgent.Queue;

/// <summary>
/// What one commit is about: taken from memory under the lock, and put back where the commit failed. In between it belongs to the store's
/// thread.
/// </summary>
internal sealed class CommitBatch(QueueState state)
{
    private readonly List<SequenceRange>[] _removals = [[], []];
    private readonly int[] _removed = [0, 0];
    private readonly List<EnvelopeEntry> _retired = [];

    /// <summary>New messages.</summary>
    public List<Unwritten> Rows { get; private set; } = [];

    /// <summary>The lowest number that may still be written.</summary>
    public long LowestUnwritten { get; private set; }

    /// <summary>By priority: ended messages whose rows go, ascending.</summary>
    public IReadOnlyList<List<SequenceRange>> Removals => _removals;

    /// <summary>By priority: how many messages those are.</summary>
    public IReadOnlyList<int> Removed => _removed;

    /// <summary>Entries of the ledger that are new or have grown, and those that the broker has.</summary>
    public (LedgerEntry[] Changed, long[] Ended) Ledger { get; private set; } = ([], []);

    /// <summary>Messages that become dead letters.</summary>
    public Refusal[] Refusals { get; private set; } = [];

    /// <summary>What becomes of dead letters.</summary>
    public List<LetterChange> Letters { get; private set; } = [];

    /// <summary>Envelopes that no new message uses.</summary>
    public List<EnvelopeEntry> Retired => _retired;

    /// <summary>There is something that must survive a power cut; the rest would only be delivered twice.</summary>
    public bool HasPromise => Rows.Count > 0 || Refusals.Length > 0 || Letters.Count > 0 || Ledger.Changed.Length > 0;

    public bool IsEmpty =>
        !HasPromise && Ledger.Ended.Length == 0 && _retired.Count == 0 && _removals[0].Count == 0 && _removals[1].Count == 0;

    /// <summary>Under the lock.</summary>
    /// <param name="withRows">Whether new messages are written too.</param>
    public void Take(bool withRows)
    {
        Rows = withRows ? state.WriteBehind.Cut() : [];
        LowestUnwritten = state.WriteBehind.LowestUnwritten();
        for (var i = 0; i < _removals.Length; i++)
        {
            _removed[i] = state.Classes[i].Removals.Count;
            _removals[i] = state.Classes[i].Removals.Take();
        }

        Ledger = state.Ledger.Take();
        Refusals = [.. state.Endings.Refusals];
        state.Endings.Refusals.Clear();
        Letters = state.Lanes.Letters.Take();
        while (state.Envelopes.Retired.TryDequeue(out var retired))
        {
            _retired.Add(retired);
        }
    }

    /// <summary>Under the lock: all of it is committed.</summary>
    public void Committed()
    {
        state.WriteBehind.Committed();
        Forget();
    }

    /// <summary>Under the lock: nothing of it is certain, so all of it is to be done again.</summary>
    public void Failed()
    {
        state.WriteBehind.Failed();
        state.Endings.Refusals.InsertRange(0, Refusals);
        state.Lanes.Letters.Restore(Letters);
        state.Ledger.Restore(Ledger);
        for (var i = 0; i < _removals.Length; i++)
        {
            state.Classes[i].Removals.Restore(_removals[i]);
        }

        _retired.ForEach(state.Envelopes.Retired.Enqueue);
        Forget();
    }

    private void Forget()
    {
        _retired.Clear();
        Refusals = [];
        Letters = [];
        Ledger = ([], []);
    }
}
