using EdgeAgent.Configuration;

namespace EdgeAgent.Queue;

/// <summary>
/// Which message goes next, and what becomes of one that was taken. Live: the newest of each topic after a reconnect, then what
/// is accepted during the connection. Backlog: what is to be tried again, then everything else in the order of acceptance, from
/// disk and then from memory. High priority before normal in both. Under the queue's lock.
/// </summary>
internal sealed class Lanes(QueueState state)
{
    private readonly Queue<(EnvelopeEntry Envelope, long Sequence)> _newest = new();
    private long _liveFrom = long.MaxValue;
    private DeliveryOrder _order;

    public Retries Retries { get; } = new();

    public bool IsConnected { get; private set; }

    /// <summary>A take came back empty, so the drainer wants to be told when there is something.</summary>
    public bool IsHungry { get; set; }

    /// <summary>A take found that the store should read, and has to wake it.</summary>
    public bool WantsReading { get; private set; }

    public int InFlight => state.Classes[0].InFlight + state.Classes[1].InFlight;

    public void Begin(DeliveryOrder order)
    {
        IsConnected = true;
        _order = order;
        _liveFrom = state.Ring.Next;
        foreach (var owner in state.Classes)
        {
            owner.LiveCursor = _liveFrom;
        }

        if (order == DeliveryOrder.OldestFirst)
        {
            return;
        }

        foreach (var entry in state.Envelopes.Entries.Where(static entry => entry.NewestSequence != 0).OrderBy(static entry => entry.NewestSequence))
        {
            _newest.Enqueue((entry, entry.NewestSequence));
        }
    }

    public void End()
    {
        IsConnected = false;
        _newest.Clear();
        _liveFrom = long.MaxValue;
        foreach (var owner in state.Classes)
        {
            owner.Release(Retries.Lowest(owner));
        }

        Retries.Clear();
        for (var sequence = state.Ring.First; sequence < state.Ring.Next; sequence++)
        {
            state.Ring[sequence].State &= ~SlotState.InFlight;
        }
    }

    public bool TryTake(Lane lane, long now, out QueuedMessage message)
    {
        var taken = lane == Lane.Live ? TryTakeLive(now, out message) : TryTakeBacklog(now, out message);
        IsHungry |= !taken;
        return taken;
    }

    public bool TryEnd(long sequence, out PriorityClass owner, out InFlight message)
    {
        owner = state.Classes[0];
        if (owner.TryEnd(sequence, out message))
        {
            return true;
        }

        owner = state.Classes[1];
        return owner.TryEnd(sequence, out message);
    }

    public void Leave(long sequence, long due)
    {
        if (TryEnd(sequence, out var owner, out _))
        {
            Retries.Add(new(owner, sequence), due);
            if (state.Ring.Contains(sequence))
            {
                state.Ring[sequence].State &= ~SlotState.InFlight;
            }
        }
    }

    /// <summary>Whether the store should read: the front chunk has no successor though there may be more rows.</summary>
    public bool NeedsReading()
    {
        WantsReading = false;
        return IsConnected && (Retries.WantsReading || NeedsReading(state.Classes[0]) || NeedsReading(state.Classes[1]));
    }

    public bool NeedsReading(PriorityClass owner)
    {
        var from = owner.Ahead.CoversTo(owner.Cursor);
        return IsConnected && owner.Ahead.WantsFill && from <= owner.LastOnDisk && from < state.Ring.First;
    }

    private bool TryTakeLive(long now, out QueuedMessage message)
    {
        message = default;
        if (!IsConnected)
        {
            return false;
        }

        while (_newest.TryDequeue(out var newest))
        {
            var (entry, sequence) = newest;
            var owner = state.Classes[(int)entry.Envelope.Priority];
            if (entry.NewestSequence == sequence && !owner.IsTakenElsewhere(sequence) && !owner.BacklogWindow.Contains(sequence) && !Retries.Contains(sequence))
            {
                owner.Others[sequence] = new() { Sequence = sequence, DiskFrom = sequence, Envelope = entry };
                MarkInFlight(sequence);
                message = new(sequence, entry.NewestEra!.Era, entry.Envelope, entry.NewestBootTime, entry.NewestBody, Lane.Live);
                return true;
            }
        }

        AgeLive(now);
        if (_order == DeliveryOrder.OldestFirst && !IsBacklogTaken)
        {
            return false;
        }

        return TryTakeLive(state.Classes[1], out message) || TryTakeLive(state.Classes[0], out message);
    }

    /// <summary>Nothing of the backlog waits: all of it has ended or is in flight.</summary>
    private bool IsBacklogTaken => Retries.Count == 0 && state.Classes[0].Cursor >= _liveFrom && state.Classes[1].Cursor >= _liveFrom;

    private bool TryTakeLive(PriorityClass owner, out QueuedMessage message)
    {
        var ring = state.Ring;
        var cursor = Math.Max(owner.LiveCursor, _liveFrom);
        for (; cursor < ring.Next; cursor++)
        {
            ref var slot = ref ring[cursor];
            if (slot.Is(SlotState.Ended | SlotState.InFlight) || slot.Envelope.Envelope.Priority != owner.Priority)
            {
                continue;
            }

            owner.LiveCursor = cursor + 1;
            owner.LiveWindow.Add(new() { Sequence = cursor, DiskFrom = cursor, Envelope = slot.Envelope });
            message = TakeSlot(cursor, ref slot, Lane.Live);
            return true;
        }

        owner.LiveCursor = cursor;
        message = default;
        return false;
    }

    /// <summary>What is too old to be live, or gone from memory, is backlog from now on.</summary>
    private void AgeLive(long now)
    {
        _liveFrom = Math.Max(_liveFrom, state.Ring.First);
        while (_liveFrom < state.Ring.Next)
        {
            ref var slot = ref state.Ring[_liveFrom];
            if (!slot.Is(SlotState.Ended) && now - slot.AcceptedAt < QueueState.LiveMilliseconds)
            {
                return;
            }

            _liveFrom++;
        }
    }

    private bool TryTakeBacklog(long now, out QueuedMessage message)
    {
        message = default;
        if (!IsConnected)
        {
            return false;
        }

        if (TryTakeRetry(now, out message))
        {
            return true;
        }

        if (Retries.IsReading || Retries.Count >= Retries.Many)
        {
            return false;
        }

        AgeLive(now);
        return TryTakeBacklog(state.Classes[1], out message) || TryTakeBacklog(state.Classes[0], out message);
    }

    private bool TryTakeRetry(long now, out QueuedMessage message)
    {
        message = default;
        while (Retries.TryTake(now, state.Ring, out var retry))
        {
            var sequence = retry.Sequence;
            var isInMemory = state.Ring.Contains(sequence);
            if (isInMemory && state.Ring[sequence].Is(SlotState.Ended))
            {
                continue;
            }

            var entry = isInMemory ? state.Ring[sequence].Envelope : retry.Envelope!;
            retry.Owner.Others[sequence] = new() { Sequence = sequence, DiskFrom = sequence, Envelope = entry };
            message = isInMemory
                ? TakeSlot(sequence, ref state.Ring[sequence], Lane.Backlog)
                : new(sequence, retry.Era!.Era, entry.Envelope, retry.BootTime, retry.Body, Lane.Backlog);
            return true;
        }

        WantsReading |= Retries.WantsReading;
        return false;
    }

    private bool TryTakeBacklog(PriorityClass owner, out QueuedMessage message)
    {
        message = default;
        while (owner.Cursor < _liveFrom)
        {
            if (owner.Ahead.Front is { } chunk)
            {
                if (TryTakeRow(owner, chunk, out message))
                {
                    return true;
                }

                owner.Cursor = Math.Max(owner.Cursor, chunk.CoversTo);
                owner.Ahead.Advance();
                WantsReading = true;
            }
            else if (owner.Cursor >= state.Ring.First)
            {
                if (TryTakeSlot(owner, out message))
                {
                    return true;
                }
            }
            else if (owner.Cursor > owner.LastOnDisk)
            {
                owner.Cursor = state.Ring.First;
            }
            else
            {
                WantsReading = true;
                return false;
            }
        }

        return false;
    }

    private bool TryTakeRow(PriorityClass owner, Chunk chunk, out QueuedMessage message)
    {
        while (chunk.At < chunk.Count)
        {
            ref var row = ref chunk.Rows[chunk.At++];
            if (row.IsEnded || owner.IsTakenElsewhere(row.Sequence) || Waits(row.Sequence))
            {
                continue;
            }

            owner.Cursor = row.Sequence + 1;
            owner.BacklogWindow.Add(new() { Sequence = row.Sequence, DiskFrom = row.From, Envelope = row.Envelope });
            MarkInFlight(row.Sequence);
            message = new(row.Sequence, row.Era.Era, row.Envelope.Envelope, row.BootTime, chunk.Body(in row), Lane.Backlog);
            return true;
        }

        message = default;
        return false;
    }

    private bool TryTakeSlot(PriorityClass owner, out QueuedMessage message)
    {
        var end = Math.Min(_liveFrom, state.Ring.Next);
        for (; owner.Cursor < end; owner.Cursor++)
        {
            ref var slot = ref state.Ring[owner.Cursor];
            if (slot.Is(SlotState.Ended | SlotState.InFlight) || slot.Envelope.Envelope.Priority != owner.Priority || Waits(owner.Cursor))
            {
                continue;
            }

            var sequence = owner.Cursor++;
            owner.BacklogWindow.Add(new() { Sequence = sequence, DiskFrom = sequence, Envelope = slot.Envelope });
            message = TakeSlot(sequence, ref slot, Lane.Backlog);
            return true;
        }

        message = default;
        return false;
    }

    /// <summary>Taken by another way than the cursor's, and given back: it has its turn among the retries.</summary>
    private bool Waits(long sequence) => Retries.Count > 0 && Retries.Contains(sequence);

    private static QueuedMessage TakeSlot(long sequence, ref Slot slot, Lane lane)
    {
        slot.State |= SlotState.InFlight;
        return new(sequence, slot.Era.Era, slot.Envelope.Envelope, slot.BootTime, slot.Body, lane);
    }

    private void MarkInFlight(long sequence)
    {
        if (state.Ring.Contains(sequence))
        {
            state.Ring[sequence].State |= SlotState.InFlight;
        }
    }
}
