using System.Runtime.InteropServices;

namespace EdgeAgent.Queue;

/// <summary>
/// How a message ends: acknowledged, or with an entry in the ledger. Each way frees its memory, and has its row removed where it has
/// one. Under the queue's lock.
/// </summary>
internal sealed class Endings(QueueState state, Ledger ledger)
{
    /// <summary>What the broker refused for good, until the store has moved it to the dead letters.</summary>
    public List<Refusal> Refusals { get; } = [];

    /// <summary>A message is over.</summary>
    public void End(PriorityClass owner, in InFlight message)
    {
        var sequence = message.Sequence;
        if (state.Ring.Contains(sequence))
        {
            ref var slot = ref state.Ring[sequence];
            if (slot.IsUnwritten)
            {
                state.WriteBehind.Ended(in slot.Body);
            }

            if (slot.Is(SlotState.Written | SlotState.Writing | SlotState.InDoubt))
            {
                owner.Removals.Add(message.DiskFrom, sequence);
            }

            state.Ring.End(ref slot);
        }
        else
        {
            owner.Removals.Add(message.DiskFrom, sequence);
        }

        if (message.Envelope.NewestSequence == sequence)
        {
            message.Envelope.ForgetNewest();
        }

        state.Depths.Ended(sequence);
        if (message.IsProbe)
        {
            // However it ended, nothing is left that could find out when the topic is open again.
            state.Lanes.Parking.Remove(message.Envelope.Envelope.Topic, state.Classes);
        }
    }

    /// <summary>A message that was taken becomes a dead letter.</summary>
    public void Refuse(PriorityClass owner, in InFlight message, byte code, string? text, long refusedAt)
    {
        var sequence = message.Sequence;
        Unwritten? content = null;
        if (state.Ring.Contains(sequence))
        {
            ref var slot = ref state.Ring[sequence];
            content = new(sequence, slot.Envelope, slot.BootTime, slot.Body);
        }

        Refusals.Add(new(owner, sequence, content, code, text, refusedAt));
        ledger.Add(LossReason.Refused, message.Envelope.Envelope.Topic, message.Era, sequence, message.BootTime);
        End(owner, message with { DiskFrom = sequence });
    }

    public void Lose(PriorityClass owner, in InFlight message, LossReason reason)
    {
        ledger.Add(reason, message.Envelope.Envelope.Topic, message.Era, message.Sequence, message.BootTime);
        End(owner, in message);
    }

    /// <summary>Ends a message in memory that is not in flight with a loss.</summary>
    public void LoseSlot(long sequence, LossReason reason)
    {
        ref var slot = ref state.Ring[sequence];
        LoseWaiting(sequence, slot.Envelope, slot.Era, slot.BootTime, reason);
    }

    /// <summary>Ends a message that was about to be taken, where it is too old.</summary>
    public bool LoseIfExpired(PriorityClass owner, in InFlight message)
    {
        if (!state.Ages.IsExpired(message.Era.Era, message.BootTime, message.Envelope.Envelope))
        {
            return false;
        }

        // The cursor may not have passed it yet: the newest of a topic, or one that is tried again, may have been read ahead.
        owner.Ahead.End(message.Sequence, message.Sequence);
        Lose(owner, in message, LossReason.Expired);
        return true;
    }

    /// <summary>Whether a row is nobody's: not in flight, not to be tried again, not ended already.</summary>
    public bool IsIdleRow(PriorityClass owner, long sequence) =>
        !owner.IsTaken(sequence) && !state.Lanes.Retries.Contains(sequence) && !owner.Removals.Contains(sequence);

    /// <summary>Ends a message on disk with a loss; false where it is in flight or ended.</summary>
    public bool TryLoseRow(PriorityClass owner, long sequence, EnvelopeEntry envelope, EraEntry era, long bootTime, LossReason reason)
    {
        if (!IsIdleRow(owner, sequence))
        {
            return false;
        }

        LoseWaiting(sequence, envelope, era, bootTime, reason);
        return true;
    }

    /// <summary>Ends the rows of a chunk that nobody can deliver, because the envelope that they refer to is lost.</summary>
    public void LoseOrphans(PriorityClass owner, Chunk chunk)
    {
        foreach (ref readonly var row in CollectionsMarshal.AsSpan(chunk.Orphans))
        {
            LoseOrphan(owner, row.Sequence, row.Era, row.BootTime);
        }

        chunk.Orphans.Clear();
    }

    /// <summary>Ends a row whose envelope is lost.</summary>
    public void LoseOrphan(PriorityClass owner, long sequence, EraEntry era, long bootTime)
    {
        if (IsIdleRow(owner, sequence))
        {
            ledger.Add(LossReason.Unreadable, "*", era, sequence, bootTime);
            owner.Removals.Add(sequence, sequence);
            state.Depths.Ended(sequence);
        }
    }

    /// <summary>The waiting message of a sensor that keeps only its latest ends.</summary>
    public void Supersede(EnvelopeEntry entry) =>
        LoseWaiting(entry.NewestSequence, entry, entry.NewestEra!, entry.NewestBootTime, LossReason.Superseded);

    private void LoseWaiting(long sequence, EnvelopeEntry envelope, EraEntry era, long bootTime, LossReason reason)
    {
        var owner = state.Classes[(int)envelope.Envelope.Priority];
        owner.Ahead.End(sequence, sequence);

        // It may be waiting to be tried again, and for a parked topic.
        var isProbe = state.Lanes.Retries.Remove(sequence) is { IsProbe: true };
        Lose(owner, new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = envelope, Era = era, BootTime = bootTime, IsProbe = isProbe }, reason);
    }
}
