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
    private readonly Statement[] _move =
    [
        new(database, Move("message", 0)),
        new(database, Move("urgent", 1)),
    ];

    private readonly Statement _count = new(database, "SELECT count(*) FROM dead");
    private readonly Statement _lowest = new(database, "SELECT min(seq) FROM dead");
    private readonly Statement _highest = new(database, "SELECT max(seq) FROM dead");

    /// <summary>There are never many: see the limit on dead letters.</summary>
    public long Count() => _count.Scalar() ?? 0;

    /// <summary>The lowest number; <see cref="long.MaxValue"/> where there are none.</summary>
    public long Lowest() => _lowest.Scalar() ?? long.MaxValue;

    public long Highest() => _highest.Scalar() ?? 0;

    public void Add(Refusal refusal, MessageTable table)
    {
        if (refusal.InMemory is { } message)
        {
            table.Insert(in message);
        }

        _move[(int)refusal.Owner.Priority].Bind(1, refusal.Sequence).Bind(2, refusal.Code).Bind(3, refusal.Text).Bind(4, refusal.RefusedAt).Run();
        _ = table.Delete(new(refusal.Sequence, refusal.Sequence));
    }

    public void Dispose()
    {
        _count.Dispose();
        _lowest.Dispose();
        _highest.Dispose();
        foreach (var statement in _move)
        {
            statement.Dispose();
        }
    }

    private static string Move(string table, int priority) => $"""
        INSERT OR REPLACE INTO dead(seq, priority, env, t, v, code, text, refused_at)
        SELECT seq, {priority}, env, t, v, ?2, ?3, ?4 FROM {table} WHERE seq = ?1
        """;
}
