namespace EdgeAgent.Queue;

/// <summary>The envelope and the era of a row, remembered from row to row. The store thread's alone.</summary>
internal sealed class RowLookup(QueueState state, StoreFile file)
{
    private readonly Dictionary<long, EnvelopeEntry> _envelopes = [];
    private EnvelopeEntry? _envelope;

    public EnvelopeEntry? Envelope(long id)
    {
        if (_envelope?.Id == id)
        {
            return _envelope;
        }

        if (!_envelopes.TryGetValue(id, out var entry))
        {
            lock (state.Gate)
            {
                entry = state.Envelopes.Find(id);
            }

            if (entry is null && file.Database.Envelopes.Find(id) is var (envelope, isOpen))
            {
                lock (state.Gate)
                {
                    entry = state.Envelopes.Load(id, envelope, isOpen);
                    entry.LastSequence = Math.Max(entry.LastSequence, state.Ring.Next - 1);
                }
            }

            if (entry is null)
            {
                return null;
            }

            if (_envelopes.Count >= EnvelopeTable.Capacity)
            {
                _envelopes.Clear();
            }

            _envelopes[id] = entry;
        }

        return _envelope = entry;
    }

    public EraEntry Era(long sequence) => state.Eras.Find(sequence, file.Database);
}
