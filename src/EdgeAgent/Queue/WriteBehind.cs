using System.Runtime.InteropServices;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>A message as the store writes it.</summary>
internal readonly record struct Unwritten(long Sequence, EnvelopeEntry Envelope, long BootTime, MessageBody Body);

/// <summary>
/// Which messages go to disk, and when: those that were not acknowledged before the loss window ran out, with their neighbours.
/// Under the queue's lock, but for the batch between <see cref="Cut"/> and its end, which is the store's.
/// </summary>
internal sealed class WriteBehind(QueueState state)
{
    private readonly List<Unwritten> _batch = [];

    /// <summary>Everything below is written, being written, or ended.</summary>
    private long _cursor = state.Ring.First;

    /// <summary>Messages that are neither ended nor given to the store.</summary>
    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public void Added(in MessageBody body)
    {
        Count++;
        Bytes += SizeOf(in body);
    }

    /// <summary>A message ended before it was given to the store: the disk never sees it.</summary>
    public void Ended(in MessageBody body)
    {
        Count--;
        Bytes -= SizeOf(in body);
    }

    /// <summary>When the oldest unwritten message was accepted; <see cref="long.MaxValue"/> where there is none.</summary>
    public long OldestAcceptedAt() => LowestUnwritten() is var lowest && lowest == long.MaxValue ? lowest : state.Ring[lowest].AcceptedAt;

    /// <summary>The lowest number that may still have to be written; <see cref="long.MaxValue"/> where there is none.</summary>
    public long LowestUnwritten()
    {
        if (Count == 0)
        {
            return long.MaxValue;
        }

        Advance();
        return _cursor;
    }

    /// <summary>Gives the store all that is unwritten.</summary>
    public List<Unwritten> Cut()
    {
        _batch.Clear();
        if (Count > 0)
        {
            var ring = state.Ring;
            Advance();
            for (; _cursor < ring.Next; _cursor++)
            {
                ref var slot = ref ring[_cursor];
                if (slot.IsUnwritten && !GivesWay(in slot))
                {
                    slot.State |= SlotState.Writing;
                    _batch.Add(new(_cursor, slot.Envelope, slot.BootTime, slot.Body));
                    var owner = state.Classes[(int)slot.Envelope.Envelope.Priority];
                    owner.LastOnDisk = Math.Max(owner.LastOnDisk, _cursor);
                    Ended(in slot.Body);
                }
                else if (slot.IsUnwritten)
                {
                    state.Endings.LoseSlot(_cursor, LossReason.Evicted);
                }
            }
        }

        return _batch;
    }

    /// <summary>The file is full, and this one, new and not delivered within the loss window, is what gives way.</summary>
    private bool GivesWay(in Slot slot) =>
        state.GivesWay(slot.Envelope.Envelope) && !slot.Is(SlotState.InFlight | SlotState.InDoubt);

    /// <summary>The batch is committed.</summary>
    public void Committed()
    {
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_batch))
        {
            if (state.Ring.Contains(message.Sequence))
            {
                ref var slot = ref state.Ring[message.Sequence];
                slot.State = (slot.State & ~(SlotState.Writing | SlotState.InDoubt)) | SlotState.Written;
            }
        }

        Release();
    }

    /// <summary>The batch is not committed, or nobody knows: what has not ended meanwhile is written again.</summary>
    public void Failed()
    {
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_batch))
        {
            if (!state.Ring.Contains(message.Sequence))
            {
                continue;
            }

            ref var slot = ref state.Ring[message.Sequence];
            slot.State = (slot.State & ~SlotState.Writing) | SlotState.InDoubt;
            if (!slot.Is(SlotState.Ended))
            {
                _cursor = Math.Min(_cursor, message.Sequence);
                Added(in slot.Body);
            }
        }

        Release();
    }

    /// <summary>What was written has to be written again: the file is a new one.</summary>
    public void WriteAgain()
    {
        var ring = state.Ring;
        _cursor = ring.First;
        for (var sequence = ring.First; sequence < ring.Next; sequence++)
        {
            ref var slot = ref ring[sequence];
            if (slot.Is(SlotState.Written) && !slot.Is(SlotState.Ended))
            {
                slot.State &= ~SlotState.Written;
                Added(in slot.Body);
            }
        }
    }

    /// <summary>What a message takes on disk, roughly.</summary>
    private static long SizeOf(in MessageBody body) => 24 + body.Packed.Length;

    private void Release()
    {
        _batch.Clear();
        if (_batch.Capacity > 4096)
        {
            _batch.Capacity = 0;
        }
    }

    private void Advance()
    {
        _cursor = Math.Max(_cursor, state.Ring.First);
        while (!state.Ring[_cursor].IsUnwritten)
        {
            _cursor++;
        }
    }
}
