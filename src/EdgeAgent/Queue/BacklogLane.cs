namespace EdgeAgent.Queue;

/// <summary>
/// Everything that is not live: first what is to be tried again, then, high priority before normal, all that a cursor has not reached,
/// in the order of acceptance, from disk and then from memory; last of all the dead letters that were put back. Under the queue's lock.
/// </summary>
internal sealed class BacklogLane(QueueState state, Lanes lanes)
{
    /// <summary>Nothing is left that a cursor has not reached.</summary>
    private bool IsExhausted => state.Classes[0].Cursor >= lanes.Live.From && state.Classes[1].Cursor >= lanes.Live.From;

    public bool TryTake(long now, out QueuedMessage message)
    {
        if (TryTakeRetry(now, out message))
        {
            return true;
        }

        if (lanes.Retries.IsReading || lanes.Retries.Count >= Retries.Many)
        {
            return false;
        }

        lanes.Live.Age(now);
        var isTaken = TryTake(state.Classes[1], out message) || TryTake(state.Classes[0], out message)
            || (IsExhausted && lanes.Letters.TryTake(now, out message));
        state.Depths.Settle(state.Classes, lanes.Retries, lanes.Letters);
        return isTaken;
    }

    private bool TryTakeRetry(long now, out QueuedMessage message)
    {
        message = default;
        while (lanes.Retries.TryTake(now, state.Ring, out var retry))
        {
            var sequence = retry.Sequence;
            var isInMemory = state.Ring.Contains(sequence);
            if (isInMemory && state.Ring[sequence].Is(SlotState.Ended))
            {
                continue;
            }

            if (isInMemory)
            {
                ref var slot = ref state.Ring[sequence];
                (retry.Envelope, retry.Era, retry.BootTime, retry.Body) = (slot.Envelope, slot.Era, slot.BootTime, slot.Body);
                slot.State |= SlotState.InFlight;
            }

            var taken = new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = retry.Envelope!, Era = retry.Era!, BootTime = retry.BootTime, IsProbe = retry.IsProbe };
            if (state.Endings.LoseIfExpired(retry.Owner, in taken))
            {
                continue;
            }

            retry.Owner.Others[sequence] = taken;
            message = new(sequence, retry.Era!.Era, retry.Envelope!.Envelope, retry.BootTime, retry.Body, Lane.Backlog);
            return true;
        }

        return false;
    }

    private bool TryTake(PriorityClass owner, out QueuedMessage message)
    {
        message = default;
        while (owner.Cursor < lanes.Live.From)
        {
            if (owner.Ahead.Front is { } chunk)
            {
                if (TryTakeRow(owner, chunk, out message))
                {
                    return true;
                }

                owner.Cursor = Math.Max(owner.Cursor, chunk.CoversTo);
                owner.Ahead.Advance();
                lanes.WantsReading = true;
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
                lanes.WantsReading = true;
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
            if (row.IsEnded || owner.IsTakenElsewhere(row.Sequence) || Waits(owner, row.Sequence, row.Envelope))
            {
                continue;
            }

            owner.Cursor = row.Sequence + 1;
            var taken = new InFlight { Sequence = row.Sequence, DiskFrom = row.From, Envelope = row.Envelope, Era = row.Era, BootTime = row.BootTime };
            if (state.Endings.LoseIfExpired(owner, in taken))
            {
                continue;
            }

            owner.BacklogWindow.Add(in taken);
            if (state.Ring.Contains(row.Sequence))
            {
                state.Ring[row.Sequence].State |= SlotState.InFlight;
            }

            message = new(row.Sequence, row.Era.Era, row.Envelope.Envelope, row.BootTime, chunk.Body(in row), Lane.Backlog);
            return true;
        }

        message = default;
        return false;
    }

    private bool TryTakeSlot(PriorityClass owner, out QueuedMessage message)
    {
        var end = Math.Min(lanes.Live.From, state.Ring.Next);
        for (; owner.Cursor < end; owner.Cursor++)
        {
            var sequence = owner.Cursor;
            ref var slot = ref state.Ring[sequence];
            if (slot.Is(SlotState.Ended | SlotState.InFlight) || slot.Envelope.Envelope.Priority != owner.Priority
                || Waits(owner, sequence, slot.Envelope))
            {
                continue;
            }

            var taken = new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = slot.Envelope, Era = slot.Era, BootTime = slot.BootTime };
            if (state.Endings.LoseIfExpired(owner, in taken))
            {
                continue;
            }

            owner.Cursor++;
            owner.BacklogWindow.Add(in taken);
            message = Lanes.TakeSlot(sequence, ref slot, Lane.Backlog);
            return true;
        }

        message = default;
        return false;
    }

    /// <summary>It has its turn among the retries, or its topic is parked.</summary>
    private bool Waits(PriorityClass owner, long sequence, EnvelopeEntry envelope)
    {
        if (lanes.Retries.Count > 0 && lanes.Retries.Contains(sequence))
        {
            return true;
        }

        if (!lanes.Parking.Contains(envelope.Envelope.Topic))
        {
            return false;
        }

        lanes.Parking.PassOver(envelope.Envelope.Topic, owner, sequence);
        return true;
    }
}
