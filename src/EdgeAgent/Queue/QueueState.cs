using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// What the queue holds in memory, and every decision about it: no clock, no thread, no file. It is called under its
/// lock, and the time is passed in (milliseconds since the queue was opened). Acceptance is here; delivery is in <see cref="Lanes"/>, ends in
/// <see cref="Endings"/>, writing in <see cref="WriteBehind"/>.
/// </summary>
internal sealed class QueueState
{
    /// <summary>A message may be live for so long.</summary>
    public const long LiveMilliseconds = 10_000;

    private const int RingCapacity = 32_768;
    private const long RingBytes = 8 << 20;

    public QueueState(StoredState stored, QueueLimits limits, Ledger ledger, Ages ages)
    {
        Limits = new(limits);
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
        Depths = new(stored.NextSequence, stored.Depth, stored.IsDepthExact);
        Endings = new(this, ledger);
        Lanes = new(this);
        Lanes.Letters.Load(stored.Retried);
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

    public Endings Endings { get; }

    public DepthCount Depths { get; }

    public WriteBehind WriteBehind { get; }

    /// <summary>The era of what is accepted now.</summary>
    public EraEntry Era { get; set; }

    public Ledger Ledger { get; }

    /// <summary>What is too old now.</summary>
    public Ages Ages { get; set; }

    /// <summary>How much is kept.</summary>
    public LimitsInForce Limits { get; }

    /// <summary>The store cannot write at present; what does not fit into memory is lost by policy.</summary>
    public bool StoreFails { get; set; }

    /// <summary>The file is full and what is new gives way (<see cref="WhenFull.DropNewest"/>): no more messages of normal priority are written.</summary>
    public bool RefusesNew { get; set; }

    public long Accepted { get; private set; }

    public long Acknowledged { get; set; }

    /// <summary>Whether a new message gives way to a full file; one that only replaces another does not.</summary>
    public bool GivesWay(Envelope envelope) =>
        RefusesNew && envelope.Priority == MessagePriority.Normal && envelope.Offline != OfflinePolicy.KeepLatest;

    /// <summary>Appends a message; 0 where memory is full and the store has to make room first.</summary>
    public long Append(Envelope envelope, long bootTime, in MessageBody body, long now)
    {
        if (Ring.IsFull && !MakeRoom(envelope.Priority, now))
        {
            return 0;
        }

        var entry = Envelopes.Intern(envelope);
        if (envelope.Offline == OfflinePolicy.KeepLatest && !Lanes.IsConnected && entry.NewestSequence != 0)
        {
            Endings.Supersede(entry);
        }

        var sequence = Ring.Add(new Slot { Envelope = entry, Era = Era, BootTime = bootTime, AcceptedAt = now, Body = body });
        entry.LastSequence = sequence;
        entry.Remember(sequence, Era, bootTime, body);
        WriteBehind.Added(in body);
        Accepted++;
        Depths.Accepted();
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

    /// <summary>Lets go of ended messages at the front.</summary>
    public void TrimEnded()
    {
        while (Ring.Count > 0 && Ring[Ring.First].Is(SlotState.Ended))
        {
            Ring.RemoveFirst();
        }
    }

    /// <summary>The file is a new and empty one: what is in memory is written into it.</summary>
    public void WriteAgain()
    {
        WriteBehind.WriteAgain();
        Ledger.ChangeAll();
        Lanes.Letters.Clear();
        foreach (var entry in Envelopes.Entries)
        {
            entry.IsStored = false;
        }

        var inMemory = 0;
        for (var sequence = Ring.First; sequence < Ring.Next; sequence++)
        {
            ref var slot = ref Ring[sequence];
            slot.Envelope.IsStored = false;
            inMemory += slot.Is(SlotState.Ended) ? 0 : 1;
        }

        Depths.StartAgain(inMemory);

        foreach (var owner in Classes)
        {
            _ = owner.Removals.Take();
            owner.Narrow();
        }
    }

    /// <summary>Makes room in memory where there is none on disk: the oldest goes, but nothing of high priority for something of normal.</summary>
    private bool MakeRoom(MessagePriority priority, long now)
    {
        Trim(now, Ring.Count * 3 / 4);
        if (!Ring.IsFull || !StoreFails)
        {
            return !Ring.IsFull;
        }

        while (Ring.IsFull && Limits.Present.WhenFull != WhenFull.DropNewest && !Ring[Ring.First].Is(SlotState.InFlight | SlotState.Writing)
            && Ring[Ring.First].Envelope.Envelope.Priority <= priority)
        {
            Endings.LoseSlot(Ring.First, LossReason.Overrun);
            Trim(now, Ring.Count);
        }

        return !Ring.IsFull;
    }
}
