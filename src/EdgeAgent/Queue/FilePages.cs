using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// Reads the file in pages for people to look at, beside the hot path: nothing that it reads is remembered. The thread's that owns
/// the database.
/// </summary>
internal sealed class FilePages(Database database) : IDisposable
{
    /// <summary>No page has more rows.</summary>
    public const int MostRows = 1_000;

    /// <summary>A page with so much content is full.</summary>
    private const int MostBytes = 1 << 20;

    // Both tables stand in the order of their numbers, so SQLite merges them row by row and stops where we do.
    private readonly Statement _rows = database.Prepare("""
        SELECT seq, env, t, v FROM message WHERE seq >= ?1 AND seq < ?3
        UNION ALL SELECT seq, env, t, v FROM urgent WHERE seq >= ?2 AND seq < ?3
        ORDER BY seq
        """);

    private readonly Statement _letters = database.Prepare(
        "SELECT seq, env, t, v, code, text, refused_at, attempts, retried FROM dead WHERE seq >= ?1 ORDER BY seq");

    private readonly Dictionary<long, Envelope?> _envelopes = [];
    private EraEntry? _era;
    private long _eraEnd;

    /// <summary>The messages on disk with numbers from <paramref name="from"/> to below <paramref name="end"/>, all as waiting.</summary>
    /// <param name="from">The lowest number.</param>
    /// <param name="end">The number behind the highest.</param>
    /// <param name="count">At most so many, 1 to <see cref="MostRows"/>.</param>
    public (List<QueueRow> Rows, long? Next) Rows(long from, long end, int count)
    {
        var rows = new List<QueueRow>();
        var bytes = 0;
        _rows.Bind(1, Math.Max(from, database.Removals[0].RemovedTo + 1)).Bind(2, Math.Max(from, database.Removals[1].RemovedTo + 1)).Bind(3, end);
        while (_rows.Step())
        {
            if (rows.Count == count || bytes >= MostBytes)
            {
                var next = _rows.Integer(0);
                _rows.Reset();
                return (rows, next);
            }

            if (Read(_rows, QueueRowState.Waiting) is { } row)
            {
                rows.Add(row);
                bytes += row.Body.Packed.Length;
            }
        }

        return (rows, null);
    }

    /// <summary>The dead letters with numbers from <paramref name="from"/>.</summary>
    public DeadLetterPage Letters(long from, int count)
    {
        var letters = new List<DeadLetter>();
        var bytes = 0;
        _letters.Bind(1, from);
        while (_letters.Step())
        {
            if (letters.Count == count || bytes >= MostBytes)
            {
                var next = _letters.Integer(0);
                _letters.Reset();
                return new([.. letters], next);
            }

            if (Read(_letters, QueueRowState.Dead) is { } row)
            {
                letters.Add(new(row, (byte)_letters.Integer(4), _letters.IsNull(5) ? null : _letters.Text(5), _letters.Integer(6),
                    (int)_letters.Integer(7), _letters.Integer(8) != 0));
                bytes += row.Body.Packed.Length;
            }
        }

        return new([.. letters], null);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _letters.Dispose();
    }

    /// <summary>The row that a statement stands on; null where its envelope was lost with a damaged file.</summary>
    private QueueRow? Read(Statement statement, QueueRowState state)
    {
        var sequence = statement.Integer(0);
        if (Envelope(statement.Integer(1)) is not { } envelope)
        {
            return null;
        }

        var kind = MessageTable.ReadBody(statement, 3, out var bits, out var content);
        return new(sequence, Era(sequence), envelope, statement.Integer(2), new(kind, bits, content.ToArray()), state);
    }

    private Envelope? Envelope(long id)
    {
        if (!_envelopes.TryGetValue(id, out var envelope))
        {
            _envelopes[id] = envelope = database.Envelopes.Find(id)?.Envelope;
        }

        return envelope;
    }

    private Era Era(long sequence)
    {
        if (_era is null || sequence < _era.First || sequence >= _eraEnd)
        {
            _era = database.Eras.Find(sequence, out _) ?? new(0, Queue.Era.Unknown);
            _eraEnd = database.Eras.NextFirst(sequence);
        }

        return _era.Era;
    }
}
