using EdgeAgent.Readings;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>A message that the broker refused for good, on its way to the dead letters.</summary>
/// <param name="Owner">The table that its row is in, if it has one.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="InMemory">Its content, where it may have no row; otherwise the row is moved.</param>
/// <param name="Code">The broker's reason code.</param>
/// <param name="Text">The broker's words, if any.</param>
/// <param name="RefusedAt">Wall time, Unix milliseconds.</param>
internal sealed record Refusal(PriorityClass Owner, long Sequence, Unwritten? InMemory, byte Code, string? Text, long RefusedAt);

/// <summary>The statements on <c>dead</c>. The store thread's alone.</summary>
internal sealed class DeadRows(sqlite3 database) : IDisposable
{
    /// <summary>More letters than this are not kept: the oldest go.</summary>
    public const int MostLetters = 1_000;

    /// <summary>Nor are letters with more content than this together, or than a quarter of what the queue may take.</summary>
    public const long MostBytes = 4 << 20;

    private readonly Statement[] _move = [new(database, Move("message", 0)), new(database, Move("urgent", 1))];
    private readonly Statement _measure = new(database, "SELECT count(*), total(length(v)) FROM dead");
    private readonly Statement _sizeOf = new(database, "SELECT length(v) FROM dead WHERE seq = ?1");
    private readonly Statement _lowest = new(database, "SELECT min(seq) FROM dead");
    private readonly Statement _highest = new(database, "SELECT max(seq) FROM dead");
    private readonly Statement _retried = new(database, "SELECT seq FROM dead WHERE retried <> 0 ORDER BY seq");
    private readonly Statement _read = new(database, "SELECT seq, env, t, v FROM dead WHERE seq = ?1");
    private readonly Statement _retry = new(database, "UPDATE dead SET retried = 1 WHERE seq = ?1");
    private readonly Statement _refuse = new(database,
        "UPDATE dead SET retried = 0, attempts = attempts + 1, code = ?2, text = ?3, refused_at = ?4 WHERE seq = ?1");
    private readonly Statement _delete = new(database, "DELETE FROM dead WHERE seq = ?1");

    // Measured when it is needed first, and after a transaction that was undone.
    private (long Count, long Bytes)? _total;

    /// <summary>How many there are.</summary>
    public long Count => Total.Count;

    /// <summary>Bytes of their content.</summary>
    public long Bytes => Total.Bytes;

    private (long Count, long Bytes) Total => _total ??= Measure();

    /// <summary>The lowest number; <see cref="long.MaxValue"/> where there are none.</summary>
    public long Lowest() => _lowest.Scalar() ?? long.MaxValue;

    public long Highest() => _highest.Scalar() ?? 0;

    /// <summary>The numbers of those that are in the queue again.</summary>
    public List<long> Retried()
    {
        var sequences = new List<long>();
        while (_retried.Step())
        {
            sequences.Add(_retried.Integer(0));
        }

        return sequences;
    }

    /// <summary>A letter with its content; null where it has no row, or its envelope is lost.</summary>
    public Letter? Read(long sequence, Func<long, EnvelopeEntry?> envelopes, Func<long, EraEntry> eras)
    {
        if (!_read.Bind(1, sequence).Step())
        {
            return null;
        }

        var kind = MessageTable.ReadBody(_read, 3, out var bits, out var content);
        var (bootTime, body, envelope) = (_read.Integer(2), new MessageBody(kind, bits, content.ToArray()), _read.Integer(1));
        _read.Reset();
        return envelopes(envelope) is { } entry ? new(sequence, entry.Envelope, eras(sequence), bootTime, body) : null;
    }

    /// <summary>In a transaction: moves a message that was refused here.</summary>
    public void Add(Refusal refusal, MessageTable table)
    {
        if (refusal.InMemory is { } message)
        {
            table.Insert(in message);
        }

        var (count, bytes) = Total;
        var replaced = _sizeOf.Bind(1, refusal.Sequence).Scalar();
        _move[(int)refusal.Owner.Priority].Bind(1, refusal.Sequence).Bind(2, refusal.Code).Bind(3, refusal.Text).Bind(4, refusal.RefusedAt).Run();
        _ = table.Delete(new(refusal.Sequence, refusal.Sequence));
        if (_sizeOf.Bind(1, refusal.Sequence).Scalar() is { } size)
        {
            _total = (count + (replaced is null ? 1 : 0), bytes + size - (replaced ?? 0));
        }
    }

    /// <summary>In a transaction: does what was decided of a letter.</summary>
    public void Change(LetterChange change)
    {
        switch (change.Fate)
        {
            case LetterFate.Retried:
                _retry.Bind(1, change.Sequence).Run();
                break;
            case LetterFate.RefusedAgain:
                _refuse.Bind(1, change.Sequence).Bind(2, change.Code).Bind(3, change.Text).Bind(4, change.RefusedAt).Run();
                break;
            default:
                if (_sizeOf.Bind(1, change.Sequence).Scalar() is { } size)
                {
                    var (count, bytes) = Total;
                    _delete.Bind(1, change.Sequence).Run();
                    _total = (count - 1, bytes - size);
                }

                break;
        }
    }

    /// <summary>They have changed by another way, or a transaction was undone: they are measured again.</summary>
    public void Forget() => _total = null;

    public void Dispose()
    {
        Array.ForEach(_move, static statement => statement.Dispose());
        _measure.Dispose();
        _sizeOf.Dispose();
        _lowest.Dispose();
        _highest.Dispose();
        _retried.Dispose();
        _read.Dispose();
        _retry.Dispose();
        _refuse.Dispose();
        _delete.Dispose();
    }

    /// <summary>They are few.</summary>
    private (long Count, long Bytes) Measure()
    {
        _ = _measure.Step();
        var total = (_measure.Integer(0), _measure.Integer(1));
        _measure.Reset();
        return total;
    }

    private static string Move(string table, int priority) => $"""
        INSERT OR REPLACE INTO dead(seq, priority, env, t, v, code, text, refused_at)
        SELECT seq, {priority}, env, t, v, ?2, ?3, ?4 FROM {table} WHERE seq = ?1
        """;
}
