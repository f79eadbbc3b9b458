using EdgeAgent.Sensors.Buses;

namespace EdgeAgent.Queue;

/// <summary>
/// What people ask of a running queue, and have done in it, a bounded slice at a time. The lock is only held to look at memory, never
/// while reading the file. The store thread's alone.
/// </summary>
internal sealed class StoreInspection(QueueState state, StoreFile file)
{
    /// <summary>Rows looked at in one slice of a purge.</summary>
    private const int PurgeSlice = 1_000;

    private const long MostBytes = 1 << 20;

    /// <summary>The number that the next message gets.</summary>
    public long End()
    {
        lock (state.Gate)
        {
            return state.Ring.Next;
        }
    }

    public QueuePage List(long from, int count)
    {
        count = Math.Clamp(count, 1, FilePages.MostRows);
        // Memory first: what leaves it meanwhile is in the copy, and what is on disk only stays there while this thread reads.
        var (inMemory, nextInMemory, firstInMemory) = InMemory(from, count);
        using var pages = new FilePages(file.Database);
        var (rows, next) = pages.Rows(from, firstInMemory, count);
        lock (state.Gate)
        {
            for (var i = rows.Count - 1; i >= 0; i--)
            {
                var owner = state.Classes[(int)rows[i].Envelope.Priority];
                if (owner.Removals.Contains(rows[i].Sequence))
                {
                    rows.RemoveAt(i);
                }
                else
                {
                    rows[i] = rows[i] with { State = StateOf(owner, rows[i].Sequence, rows[i].Envelope.Topic) };
                }
            }
        }

        if (next is null)
        {
            var room = Math.Max(0, count - rows.Count);
            next = room < inMemory.Count ? inMemory[room].Sequence : nextInMemory;
            rows.AddRange(inMemory.Take(room));
        }

        return new([.. rows], next);
    }

    /// <summary>What the file says of itself.</summary>
    public QueueInfo Info() => QueueInfo.Of(file.Path, file.Database, List(0, 1).Rows.FirstOrDefault());

    /// <summary>A message, or a dead letter, with that id.</summary>
    public QueueRow? Get(MessageId id)
    {
        if (List(id.Sequence, 1).Rows is [var row] && row.Id == id)
        {
            return row;
        }

        return Letter(id)?.Row;
    }

    public DeadLetterPage Letters(long from, int count)
    {
        using var pages = new FilePages(file.Database);
        return pages.Letters(from, Math.Clamp(count, 1, FilePages.MostRows));
    }

    /// <summary>Puts dead letters back, or drops them; the change is only decided, the next commit does it.</summary>
    public DeadLetterChange Change(IReadOnlyCollection<DeadLetter> letters, bool retries)
    {
        var passed = new List<MessageId>();
        lock (state.Gate)
        {
            foreach (var letter in letters)
            {
                var lane = state.Lanes.Letters;
                if (!retries && lane.TryDrop(letter))
                {
                    continue;
                }

                if (retries && !lane.Contains(letter.Row.Sequence))
                {
                    lane.Retry(letter);
                    continue;
                }

                passed.Add(letter.Row.Id);
            }
        }

        return new(letters.Count - passed.Count, [.. passed]);
    }

    /// <summary>A dead letter by its id.</summary>
    public DeadLetter? Letter(MessageId id) => Letters(id.Sequence, 1).Letters is [var letter] && letter.Row.Id == id ? letter : null;

    /// <summary>Decides on the next slice of a purge; the next commit does it.</summary>
    /// <param name="filter">Which messages.</param>
    /// <param name="from">The first number to look at.</param>
    /// <param name="end">The number behind the last; what is accepted after the purge began stays.</param>
    /// <returns>What went, and where to go on; null at the end.</returns>
    public (PurgeResult Result, long? Next) Purge(PurgeFilter filter, long from, long end)
    {
        var page = List(from, PurgeSlice);
        var purged = 0L;
        var inFlight = 0L;
        lock (state.Gate)
        {
            foreach (var row in page.Rows)
            {
                if (row.Sequence >= end || !Fits(filter, row))
                {
                    continue;
                }

                if (IsInFlight(row))
                {
                    inFlight++;
                }
                else if (TryPurge(row))
                {
                    purged++;
                }
            }

            state.TrimEnded();
        }

        return (new(purged, inFlight), page.Next < end ? page.Next : null);
    }

    private static bool Fits(PurgeFilter filter, QueueRow row) =>
        !(row.WallTime >= filter.TakenBefore)
        && (filter.TopicFilter is null || TopicFilterMatch.Wildcards(filter.TopicFilter, row.Envelope.Topic) is not null);

    private bool IsInFlight(QueueRow row) =>
        state.Classes[(int)row.Envelope.Priority].IsTaken(row.Sequence)
        || (state.Ring.Contains(row.Sequence) && state.Ring[row.Sequence].Is(SlotState.InFlight));

    /// <summary>Ends a message that waits; false where it has ended since it was listed.</summary>
    private bool TryPurge(QueueRow row)
    {
        var owner = state.Classes[(int)row.Envelope.Priority];
        if (state.Lanes.Retries.Remove(row.Sequence) is { IsProbe: true })
        {
            state.Lanes.Parking.Remove(row.Envelope.Topic, state.Classes);
        }

        if (!state.Ring.Contains(row.Sequence))
        {
            return state.Endings.TryLoseRow(owner, row.Sequence, state.Envelopes.Peek(row.Envelope) ?? new(0, row.Envelope, isStored: true), new(0, row.Era), row.BootTime, LossReason.Purged);
        }

        ref var slot = ref state.Ring[row.Sequence];
        if (slot.Is(SlotState.Ended))
        {
            return false;
        }

        state.Endings.LoseSlot(row.Sequence, LossReason.Purged);
        return true;
    }

    private (List<QueueRow> Rows, long? Next, long FirstInMemory) InMemory(long from, int count)
    {
        var rows = new List<QueueRow>();
        var bytes = 0L;
        lock (state.Gate)
        {
            var ring = state.Ring;
            for (var sequence = Math.Max(from, ring.First); sequence < ring.Next; sequence++)
            {
                ref var slot = ref ring[sequence];
                if (slot.Is(SlotState.Ended))
                {
                    continue;
                }

                if (rows.Count == count || bytes >= MostBytes)
                {
                    return (rows, sequence, ring.First);
                }

                var envelope = slot.Envelope.Envelope;
                var doing = slot.Is(SlotState.InFlight)
                    ? QueueRowState.InFlight
                    : StateOf(state.Classes[(int)envelope.Priority], sequence, envelope.Topic);
                rows.Add(new(sequence, slot.Era.Era, envelope, slot.BootTime, slot.Body, doing));
                bytes += slot.Body.Packed.Length;
            }

            return (rows, null, ring.First);
        }
    }

    private QueueRowState StateOf(PriorityClass owner, long sequence, string topic) =>
        owner.IsTaken(sequence) ? QueueRowState.InFlight
        : state.Lanes.Parking.Contains(topic) ? QueueRowState.Parked
        : QueueRowState.Waiting;
}
