namespace EdgeAgent.Queue;

/// <summary>What the file held when it was opened, as far as the memory needs it. Each figure costs the same for ten rows and ten million.</summary>
internal sealed record StoredState
{
    /// <summary>The number that the next message gets: no row, and no era, has one as high.</summary>
    public required long NextSequence { get; init; }

    /// <summary>The lowest number in each table; <see cref="NextSequence"/> where it is empty.</summary>
    public required long[] Lowest { get; init; }

    /// <summary>The highest number in each table; 0 where it is empty.</summary>
    public required long[] Highest { get; init; }

    /// <summary>How many messages there are: exact up to <see cref="CountedRows"/> and after a clean stop, otherwise an estimate.</summary>
    public required long Depth { get; init; }

    /// <summary>Numbers of dead letters that are in the queue again.</summary>
    public required List<long> Retried { get; init; }

    /// <summary>Whether <see cref="Depth"/> is no estimate.</summary>
    public required bool IsDepthExact { get; init; }

    public required EraEntry Era { get; init; }

    /// <summary>False where a full disk did not take the era's row: it is written with the first message.</summary>
    public required bool IsEraStored { get; init; }

    /// <summary>Damaged files that are to be salvaged, in this order.</summary>
    public required IReadOnlyList<PendingSalvage> Salvages { get; init; }

    /// <summary>What is not delivered of it, with the entry of an unclean stop; not stored where the era is not.</summary>
    public required List<LedgerEntry> Ledger { get; init; }

    /// <summary>No entry of the ledger ever had a higher number.</summary>
    public required long LastLedgerId { get; init; }

    public required EnvelopeTable Envelopes { get; init; }

    /// <summary>The last era of the file before this start; null in a new file.</summary>
    public EraEntry? LastEra { get; init; }

    /// <summary>The last durable number of that era, or the one before its first.</summary>
    public long LastDurable { get; init; }

    /// <summary>Whether that era ended with nothing left in memory.</summary>
    public bool WasClean { get; init; }

    /// <summary>So many rows are counted one by one at start.</summary>
    public const long CountedRows = 4096;

    /// <summary>No damaged file has as many envelopes: what is accepted meanwhile must not get the number of one that comes back.</summary>
    private const long UnknownEnvelopes = 1L << 22;

    /// <summary>Nor as many entries of the ledger.</summary>
    private const long UnknownLedgerIds = 1L << 32;

    /// <summary>Reads it, and writes the new era's row.</summary>
    /// <param name="database">The file.</param>
    /// <param name="era">The run that begins.</param>
    /// <param name="started">Boot milliseconds.</param>
    /// <param name="lossWindow">Milliseconds.</param>
    /// <param name="ballast">Given up where there is no room for the row.</param>
    /// <param name="salvages">Damaged files, moved aside: what is accepted now gets none of their numbers.</param>
    public static StoredState Read(Database database, Era era, long started, long lossWindow, Ballast ballast, IReadOnlyList<PendingSalvage> salvages)
    {
        var lastLossWindow = database.State[StateKeys.LossWindow] ?? lossWindow;
        var highest = new[] { database.Messages[0].Highest() ?? 0, database.Messages[1].Highest() ?? 0 };
        var last = database.Eras.Find(long.MaxValue, out var wasClean);
        var removed = Math.Max(database.Removals[0].RemovedTo, database.Removals[1].RemovedTo);
        var next = 1 + Math.Max(Math.Max(Math.Max(highest[0], highest[1]), removed), Math.Max(last?.First ?? 0, database.Dead.Highest()));
        next = salvages.Select(static pending => pending.Below).Append(next).Max();
        var lowest = new[]
        {
            database.Messages[0].LowestAbove(database.Removals[0].RemovedTo) ?? next,
            database.Messages[1].LowestAbove(database.Removals[1].RemovedTo) ?? next,
        };
        var highestEnvelope = salvages.Select(static pending => DamagedQueue.HighestEnvelopeIn(pending.Path) ?? UnknownEnvelopes).Append(database.Envelopes.Highest()).Max();
        var envelopes = new EnvelopeTable(1 + highestEnvelope);
        database.Envelopes.Load(envelopes, next - 1);
        LoadLatest(database, envelopes);
        var entry = new EraEntry(next, era);
        var ledger = database.Ledger.Read();
        var lastLedgerId = salvages.Select(static pending => DamagedQueue.HighestLedgerIdIn(pending.Path) ?? UnknownLedgerIds)
            .Append(Math.Max(database.State[StateKeys.LastLedgerId] ?? 0, ledger.Count > 0 ? ledger[^1].Id : 0)).Max();
        var lastDurable = Math.Max(Math.Max(highest[0], highest[1]), Math.Max(removed, (last?.First ?? 0) - 1));
        var crash = last is null || wasClean ? null : LedgerEntry.CrashWindow(lastLedgerId + 1, era.Name, last.Era.Name, lastDurable, lastLossWindow);
        var isEraStored = TryStore(database, entry, crash, started, lossWindow)
            || (ballast.Release() && TryStore(database, entry, crash, started, lossWindow));
        var depth = EstimateDepth(database, lowest, highest, out var isCounted);
        var retried = database.Dead.Retried();
        return new()
        {
            NextSequence = next,
            Lowest = lowest,
            Highest = highest,
            Depth = depth + retried.Count,
            Retried = retried,
            IsDepthExact = isCounted || wasClean,
            Ledger = crash is null ? ledger : [.. ledger, crash],
            LastLedgerId = lastLedgerId,
            Era = entry,
            IsEraStored = isEraStored,
            Salvages = salvages,
            Envelopes = envelopes,
            LastEra = last,
            LastDurable = lastDurable,
            WasClean = last is null || wasClean,
        };
    }

    /// <summary>What waits under an envelope that keeps only its latest message gives way to the next one, though it is of an earlier run.</summary>
    public static void LoadLatest(Database database, EnvelopeTable envelopes)
    {
        foreach (var (id, sequence) in database.Envelopes.Latest())
        {
            if (envelopes.Find(id) is { IsOpen: true, NewestSequence: 0 } entry
                && database.Removals[(int)entry.Envelope.Priority].RemovedTo < sequence
                && database.Messages[(int)entry.Envelope.Priority].Oldest(sequence - 1) is { } row && row.Sequence == sequence
                && database.Eras.Find(sequence, out _) is { } era)
            {
                entry.RememberStored(sequence, era, row.BootTime);
            }
        }
    }

    /// <summary>
    /// Writes the new era, and in the same transaction what the end of the last one may have cost: afterwards the last one is no more the last,
    /// and nobody would ask about it again.
    /// </summary>
    private static bool TryStore(Database database, EraEntry entry, LedgerEntry? crash, long started, long lossWindow)
    {
        try
        {
            database.Transact(isSynchronous: true, () =>
            {
                if (entry.Era.IsSynchronized)
                {
                    // A start in a boot whose clock was set meanwhile: what the last start stamped is corrected too.
                    database.Eras.Correct(entry.Era.BootId, entry.Era.WallOffset, isSynchronized: true);
                }

                database.Eras.Insert(entry, started);
                database.Envelopes.Reopen();
                if (crash is not null)
                {
                    database.Ledger.Write(crash);
                }

                if (database.State[StateKeys.LossWindow] != lossWindow)
                {
                    database.State[StateKeys.LossWindow] = lossWindow;
                }
            });
            return true;
        }
        catch (StoreException exception) when (exception.IsFull)
        {
            return false;
        }
    }

    /// <summary>The depth of a file that nobody uses, and whether it is no estimate.</summary>
    public static (long Depth, bool IsExact) DepthOf(Database database)
    {
        _ = database.Eras.Find(long.MaxValue, out var wasClean);
        var highest = new[] { database.Messages[0].Highest() ?? 0, database.Messages[1].Highest() ?? 0 };
        var lowest = new[]
        {
            database.Messages[0].LowestAbove(database.Removals[0].RemovedTo) ?? long.MaxValue,
            database.Messages[1].LowestAbove(database.Removals[1].RemovedTo) ?? long.MaxValue,
        };
        var depth = EstimateDepth(database, lowest, highest, out var isCounted);
        return (depth + database.Dead.Retried().Count, isCounted || wasClean);
    }

    /// <summary>
    /// Few rows are counted. Otherwise the figure that was noted last (exactly at a clean stop, now and then while running), plus what
    /// has been added since, less what has been removed from the front, and never more than the numbers allow.
    /// </summary>
    private static long EstimateDepth(Database database, long[] lowest, long[] highest, out bool isCounted)
    {
        var counted = database.Messages[0].CountUpTo(CountedRows, database.Removals[0].RemovedTo)
            + database.Messages[1].CountUpTo(CountedRows, database.Removals[1].RemovedTo);
        isCounted = counted < CountedRows;
        if (isCounted)
        {
            return counted;
        }

        var first = Math.Min(lowest[0], lowest[1]);
        var end = Math.Max(highest[0], highest[1]) + 1;
        if (database.State[StateKeys.Depth] is not { } depth || database.State[StateKeys.DepthFrom] is not { } from
            || database.State[StateKeys.DepthTo] is not { } to)
        {
            return Math.Max(counted, end - first);
        }

        var added = Math.Max(0, end - Math.Max(to, first));
        var share = to <= from ? 0 : Math.Clamp((double)(to - Math.Max(first, from)) / (to - from), 0, 1);
        return Math.Clamp((long)(depth * share) + added, counted, Math.Max(counted, end - first));
    }
}

/// <summary>The names of the single numbers in the file.</summary>
internal static class StateKeys
{
    /// <summary>By priority: every message up to this number is removed, though its row may still be there.</summary>
    public static readonly string[] RemovedTo = ["message_removed_to", "urgent_removed_to"];

    /// <summary>The loss window of the run that uses the file, milliseconds.</summary>
    public const string LossWindow = "loss_window";

    /// <summary>The highest number that an entry of the ledger had when it was deleted.</summary>
    public const string LastLedgerId = "ledger_last_id";

    /// <summary>Messages on disk when it was noted, numbered from <see cref="DepthFrom"/> to below <see cref="DepthTo"/>.</summary>
    public const string Depth = "depth";

    public const string DepthFrom = "depth_from";

    public const string DepthTo = "depth_to";
}
