using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// What the queue holds in memory, and every decision about it: no clock, no thread, no file. <see cref="MessageQueue"/> calls it under
/// its lock, and passes the time in (milliseconds since the queue was opened). Acceptance is here; delivery is in <see cref="Lanes"/>,
/// writing in <see cref="WriteBehind"/>.
/// </summary>
internal sealed class QueueState
{
    /// <summary>A message may be live for so long.</summary>
    public const long LiveMilliseconds = 10_000;

    private const int RingCapacity = 32_768;
    private const long RingBytes = 8 << 20;

    private bool _isEarlierDepthExact;

    public QueueState(StoredState stored, WhenFull whenFull, Ledger ledger, Ages ages)
    {
        WhenFull = whenFull;
        Ledger = ledger;
        Ages = ages;
        Era = stored.Era;
        Eras.Add(Era);
        Envelopes = stored.Envelopes;
        Ring = new(stored.NextSequence, RingCapacity, RingBytes);
        Classes =
        [
            new(MessagePriority.Normal, stored.Lowest[0], stored.Highest[0]),
            new(MessagePriority.High, stored.Lowest[1], stored.Highest[1]),
        ];
        FirstOfRun = FirstOfFile = stored.NextSequence;
        EarlierDepth = stored.Depth;
        _isEarlierDepthExact = stored.IsDepthExact;
        DeepestDepth = Depth;
        Lanes = new(this);
        WriteBehind = new(this);
    }

    /// <summary>Held by whoever touches anything here.</summary>
    public Lock Gate { get; } = new();

    public Ring Ring { get; }

    public EnvelopeTable Envelopes { get; }

    /// <summary>The store thread's alone.</summary>
    public EraTable Eras { get; } = new();

    /// <summary>By <see cref="MessagePriority"/>.</summary>
    public PriorityClass[] Classes { get; }

    public Lanes Lanes { get; }

    public WriteBehind WriteBehind { get; }

    /// <summary>The era of what is accepted now.</summary>
    public EraEntry Era { get; set; }

    public Ledger Ledger { get; }

    /// <summary>What is too old now.</summary>
    public Ages Ages { get; set; }

    /// <summary>What the broker refused for good, until the store has moved it to the dead letters.</summary>
    public List<Refusal> Refusals { get; } = [];

    public WhenFull WhenFull { get; }

    /// <summary>The store cannot write at present; what does not fit into memory is lost by policy.</summary>
    public bool StoreFails { get; set; }

    /// <summary>The first number of this run.</summary>
    public long FirstOfRun { get; }

    /// <summary>No message that a salvaged file holds has a number as high.</summary>
    public long FirstOfFile { get; private set; }

    /// <summary>Messages of earlier runs that have not ended: exact after a clean stop, otherwise an estimate.</summary>
    public long EarlierDepth { get; private set; }

    /// <summary>Messages of this run that have not ended.</summary>
    public long RunDepth { get; private set; }

    public long Depth => EarlierDepth + RunDepth;

    public long DeepestDepth { get; private set; }

    public long Accepted { get; private set; }

    public long Acknowledged { get; set; }

    /// <summary>Appends a message; 0 where memory is full and the store has to make room first.</summary>
    public long Append(Envelope envelope, long bootTime, in MessageBody body, long now)
    {
        if (Ring.IsFull && !MakeRoom(now))
        {
            return 0;
        }

        var entry = Envelopes.Intern(envelope);
        if (envelope.Offline == OfflinePolicy.KeepLatest && !Lanes.IsConnected && entry.NewestSequence != 0)
        {
            Supersede(entry);
        }

        var sequence = Ring.Add(new Slot { Envelope = entry, Era = Era, BootTime = bootTime, AcceptedAt = now, Body = body });
        entry.LastSequence = sequence;
        entry.Remember(sequence, Era, bootTime, body);
        WriteBehind.Added(in body);
        Accepted++;
        RunDepth++;
        DeepestDepth = Math.Max(DeepestDepth, Depth);
        return sequence;
    }

    /// <summary>Lets go of what need not be in memory: what has ended, and what is written and no longer live.</summary>
    /// <param name="now">The queue's time.</param>
    /// <param name="spare">How many messages may stay although they are written.</param>
    public void Trim(long now, int spare)
    {
        while (Ring.Count > 0)
        {
            ref var slot = ref Ring[Ring.First];
            var mayGo = slot.Is(SlotState.Ended)
                || (slot.Is(SlotState.Written) && (Ring.Count > spare || now - slot.AcceptedAt >= LiveMilliseconds));
            if (!mayGo)
            {
                return;
            }

            Ring.RemoveFirst();
        }
    }

    /// <summary>A message is over: frees its memory, and has its row removed where it has one.</summary>
    public void End(PriorityClass owner, in InFlight message)
    {
        var sequence = message.Sequence;
        if (Ring.Contains(sequence))
        {
            ref var slot = ref Ring[sequence];
            if (slot.IsUnwritten)
            {
                WriteBehind.Ended(in slot.Body);
            }

            if (slot.Is(SlotState.Written | SlotState.Writing | SlotState.InDoubt))
            {
                owner.Removals.Add(message.DiskFrom, sequence);
            }

            Ring.End(ref slot);
        }
        else
        {
            owner.Removals.Add(message.DiskFrom, sequence);
        }

        if (message.Envelope.NewestSequence == sequence)
        {
            message.Envelope.ForgetNewest();
        }

        CountEnded(sequence, 1);
    }

    /// <summary>Lets go of ended messages at the front.</summary>
    public void TrimEnded()
    {
        while (Ring.Count > 0 && Ring[Ring.First].Is(SlotState.Ended))
        {
            Ring.RemoveFirst();
        }
    }

    /// <summary>A message that was taken becomes a dead letter.</summary>
    public void Refuse(PriorityClass owner, in InFlight message, byte code, string? text, long refusedAt)
    {
        var sequence = message.Sequence;
        Unwritten? content = null;
        var bootTime = 0L;
        if (Ring.Contains(sequence))
        {
            ref var slot = ref Ring[sequence];
            content = new(sequence, slot.Envelope, slot.BootTime, slot.Body);
            bootTime = slot.BootTime;
        }

        Refusals.Add(new(owner, sequence, content, code, text, refusedAt));
        Ledger.Add(LossReason.Refused, message.Envelope.Envelope.Topic, Era, sequence, bootTime);
        End(owner, message with { DiskFrom = sequence });
    }

    /// <summary>Ends a message in memory that is not in flight with a loss.</summary>
    public void Lose(long sequence, ref Slot slot, LossReason reason)
    {
        var owner = Classes[(int)slot.Envelope.Envelope.Priority];
        owner.Ahead.End(sequence, sequence);
        Lose(owner, new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = slot.Envelope }, slot.Era, slot.BootTime, reason);
    }

    public void CountEnded(long sequence, long count)
    {
        if (sequence >= FirstOfRun)
        {
            RunDepth -= count;
        }
        else
        {
            EarlierDepth = Math.Max(0, EarlierDepth - count);
        }
    }

    /// <summary>Messages of earlier runs came back from a damaged file.</summary>
    public void CountFound(long count)
    {
        EarlierDepth += count;
        DeepestDepth = Math.Max(DeepestDepth, Depth);
    }

    /// <summary>The file is a new and empty one: what is in memory is written into it.</summary>
    public void WriteAgain()
    {
        FirstOfFile = Ring.Next;
        EarlierDepth = 0;
        RunDepth = 0;
        WriteBehind.WriteAgain();
        Ledger.ChangeAll();
        foreach (var entry in Envelopes.Entries)
        {
            entry.IsStored = false;
        }

        for (var sequence = Ring.First; sequence < Ring.Next; sequence++)
        {
            ref var slot = ref Ring[sequence];
            slot.Envelope.IsStored = false;
            RunDepth += slot.Is(SlotState.Ended) ? 0 : 1;
        }

        foreach (var owner in Classes)
        {
            _ = owner.Removals.Take();
            owner.Narrow();
        }
    }

    /// <summary>Once the cursors have passed all of the earlier runs, what is left of them is known and the estimate becomes exact.</summary>
    public void SettleEarlierDepth()
    {
        if (!_isEarlierDepthExact && Classes[0].Cursor >= FirstOfRun && Classes[1].Cursor >= FirstOfRun)
        {
            _isEarlierDepthExact = true;
            EarlierDepth = Classes.Sum(owner => owner.CountBelow(FirstOfRun)) + Lanes.Retries.CountBelow(FirstOfRun);
        }
    }

    /// <summary>Ends a message that was about to be taken, where it is too old.</summary>
    public bool LoseIfExpired(PriorityClass owner, in InFlight message, EraEntry era, long bootTime)
    {
        if (!Ages.IsExpired(era.Era, bootTime, message.Envelope.Envelope))
        {
            return false;
        }

        Lose(owner, in message, era, bootTime, LossReason.Expired);
        return true;
    }

    public void Lose(PriorityClass owner, in InFlight message, EraEntry era, long bootTime, LossReason reason)
    {
        Ledger.Add(reason, message.Envelope.Envelope.Topic, era, message.Sequence, bootTime);
        End(owner, in message);
    }

    /// <summary>Whether a row is nobody's: not in flight, not to be tried again, not ended already.</summary>
    public bool IsIdleRow(PriorityClass owner, long sequence) =>
        !owner.BacklogWindow.Contains(sequence) && !owner.IsTakenElsewhere(sequence) && !Lanes.Retries.Contains(sequence)
        && !owner.Removals.Contains(sequence);

    /// <summary>Ends a message on disk with a loss; false where it is in flight or ended.</summary>
    public bool TryLoseRow(PriorityClass owner, long sequence, EnvelopeEntry envelope, EraEntry era, long bootTime, LossReason reason)
    {
        if (!IsIdleRow(owner, sequence))
        {
            return false;
        }

        owner.Ahead.End(sequence, sequence);
        Lose(owner, new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = envelope }, era, bootTime, reason);
        return true;
    }

    /// <summary>The waiting message of a sensor that keeps only its latest ends.</summary>
    private void Supersede(EnvelopeEntry entry)
    {
        var sequence = entry.NewestSequence;
        var owner = Classes[(int)entry.Envelope.Priority];
        owner.Ahead.End(sequence, sequence);
        Lose(owner, new InFlight { Sequence = sequence, DiskFrom = sequence, Envelope = entry }, entry.NewestEra!, entry.NewestBootTime, LossReason.Superseded);
    }

    private bool MakeRoom(long now)
    {
        Trim(now, Ring.Count * 3 / 4);
        if (!Ring.IsFull || !StoreFails)
        {
            return !Ring.IsFull;
        }

        while (Ring.IsFull && WhenFull != WhenFull.DropNewest && !Ring[Ring.First].Is(SlotState.InFlight | SlotState.Writing))
        {
            Lose(Ring.First, ref Ring[Ring.First], LossReason.Overrun);
            Trim(now, Ring.Count);
        }

        return !Ring.IsFull;
    }
}
