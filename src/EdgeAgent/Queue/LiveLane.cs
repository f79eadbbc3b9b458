using EdgeAgent.Configuration;

namespace EdgeAgent.Queue;

/// <summary>
/// The messages that are new: after a reconnect the newest of each topic, so that a retained topic has its newest value at once, then
/// what is accepted during the connection, while it is under 10 s old and in memory. Under the queue's lock.
/// </summary>
internal sealed class LiveLane(QueueState state)
{
    private readonly Queue<(EnvelopeEntry Envelope, long Sequence)> _newest = new();

    private DeliveryOrder _order;

    /// <summary>Everything below is backlog. Only goes forward within a connection.</summary>
    public long From { get; private set; } = long.MaxValue;

    public void Begin(DeliveryOrder order)
    {
        _order = order;
        From = state.Ring.Next;
        foreach (var owner in state.Classes)
        {
            owner.LiveCursor = From;
        }

        if (order == DeliveryOrder.OldestFirst)
        {
            return;
        }

        foreach (var entry in state.Envelopes.Entries
            .Where(entry => entry.NewestSequence != 0 && (entry.IsNewestHere || state.Ring.Contains(entry.NewestSequence)))
            .OrderBy(static entry => entry.NewestSequence))
        {
            _newest.Enqueue((entry, entry.NewestSequence));
        }
    }

    public void End()
    {
        _newest.Clear();
        From = long.MaxValue;
    }

    public bool TryTake(long now, out QueuedMessage message)
    {
        message = default;
        if (state.Lanes.Retries.Count >= Retries.Many)
        {
            return false;
        }

        if (TryTakeNewest(out message))
        {
            return true;
        }

        Age(now);
        if (_order == DeliveryOrder.OldestFirst && !IsBacklogTaken)
        {
            return false;
        }

        return TryTake(state.Classes[1], out message) || TryTake(state.Classes[0], out message);
    }

    /// <summary>What is too old to be live, or gone from memory, is backlog from now on.</summary>
    public void Age(long now)
    {
        From = Math.Max(From, state.Ring.First);
        while (From < state.Ring.Next)
        {
            ref var slot = ref state.Ring[From];
            if (!slot.Is(SlotState.Ended) && now - slot.AcceptedAt < QueueState.LiveMilliseconds)
            {
                return;
            }

            From++;
        }
    }

    /// <summary>Nothing of the backlog waits: all of it has ended or is in flight.</summary>
    private bool IsBacklogTaken => state.Lanes.Retries.Count == 0 && state.Classes[0].Cursor >= From && state.Classes[1].Cursor >= From;

    private bool TryTakeNewest(out QueuedMessage message)
    {
        while (_newest.TryDequeue(out var newest))
        {
            var (entry, sequence) = newest;
            var owner = state.Classes[(int)entry.Envelope.Priority];
            if (entry.NewestSequence != sequence || owner.IsTaken(sequence)
                || state.Lanes.Retries.Contains(sequence) || state.Lanes.Parking.Contains(entry.Envelope.Topic))
            {
                continue;
            }

            var isInMemory = state.Ring.Contains(sequence);
            if (!isInMemory && !entry.IsNewestHere)
            {
                continue;
            }

            message = isInMemory
                ? Lanes.TakeSlot(sequence, ref state.Ring[sequence], Lane.Live)
                : new(sequence, entry.NewestEra!.Era, entry.Envelope, entry.NewestBootTime, entry.NewestBody, Lane.Live);
            var taken = new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = entry, Era = entry.NewestEra!, BootTime = entry.NewestBootTime };
            if (state.Endings.LoseIfExpired(owner, in taken))
            {
                continue;
            }

            owner.Others[sequence] = taken;
            return true;
        }

        message = default;
        return false;
    }

    private bool TryTake(PriorityClass owner, out QueuedMessage message)
    {
        var ring = state.Ring;
        var cursor = Math.Max(owner.LiveCursor, From);
        for (; cursor < ring.Next; cursor++)
        {
            ref var slot = ref ring[cursor];
            if (slot.Is(SlotState.Ended | SlotState.InFlight) || slot.Envelope.Envelope.Priority != owner.Priority
                || state.Lanes.Parking.Contains(slot.Envelope.Envelope.Topic))
            {
                continue;
            }

            var taken = new InFlight { Sequence = cursor, DiskFrom = cursor, Envelope = slot.Envelope, Era = slot.Era, BootTime = slot.BootTime };
            if (state.Endings.LoseIfExpired(owner, in taken))
            {
                continue;
            }

            owner.LiveCursor = cursor + 1;
            owner.LiveWindow.Add(in taken);
            message = Lanes.TakeSlot(cursor, ref slot, Lane.Live);
            return true;
        }

        owner.LiveCursor = cursor;
        message = default;
        return false;
    }
}
