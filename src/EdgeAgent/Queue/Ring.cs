using System.Numerics;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>What has happened to a message in memory.</summary>
[Flags]
internal enum SlotState : byte
{
    Waiting = 0,

    /// <summary>Acknowledged, or ended with an entry in the ledger.</summary>
    Ended = 1,

    /// <summary>Taken, and not ended.</summary>
    InFlight = 2,

    /// <summary>In the transaction that the store is working on.</summary>
    Writing = 4,

    /// <summary>Committed.</summary>
    Written = 8,

    /// <summary>In a transaction that failed, and may be on disk all the same.</summary>
    InDoubt = 16,
}

/// <summary>One message in memory.</summary>
internal struct Slot
{
    public EnvelopeEntry Envelope;
    public EraEntry Era;
    public MessageBody Body;

    /// <summary>When it was taken: milliseconds on the boot clock.</summary>
    public long BootTime;

    /// <summary>When it was appended: milliseconds on the queue's own clock.</summary>
    public long AcceptedAt;

    public SlotState State;

    public readonly bool Is(SlotState any) => (State & any) != 0;

    public readonly bool IsUnwritten => !Is(SlotState.Ended | SlotState.Writing | SlotState.Written);
}

/// <summary>
/// The newest messages, numbers <see cref="First"/> to below <see cref="Next"/> without a gap, in one circular buffer that grows to
/// its bound and no further. Every message with a lower number is ended or committed. Not thread-safe.
/// </summary>
internal sealed class Ring(long first, int capacity, long byteCapacity)
{
    private const int SmallestCapacity = 256;

    private Slot[] _slots = new Slot[SmallestCapacity];

    /// <summary>The lowest number still in memory.</summary>
    public long First { get; private set; } = first;

    /// <summary>The number that the next message gets.</summary>
    public long Next { get; private set; } = first;

    /// <summary>Bytes of packed content held.</summary>
    public long Bytes { get; private set; }

    public int Count => (int)(Next - First);

    public bool IsFull => Count >= capacity || Bytes >= byteCapacity;

    public ref Slot this[long sequence] => ref _slots[sequence & (_slots.Length - 1)];

    public bool Contains(long sequence) => sequence >= First && sequence < Next;

    public long Add(in Slot slot)
    {
        if (Count == _slots.Length)
        {
            Grow();
        }

        var sequence = Next++;
        this[sequence] = slot;
        Bytes += slot.Body.Packed.Length;
        return sequence;
    }

    /// <summary>Marks a message as ended and lets go of its content.</summary>
    public void End(ref Slot slot)
    {
        slot.State = (slot.State | SlotState.Ended) & ~SlotState.InFlight;
        Bytes -= slot.Body.Packed.Length;
        slot.Body = default;
    }

    /// <summary>Forgets the lowest message.</summary>
    public void RemoveFirst()
    {
        ref var slot = ref this[First];
        Bytes -= slot.Body.Packed.Length;
        slot = default;
        First++;
    }

    private void Grow()
    {
        var larger = new Slot[BitOperations.RoundUpToPowerOf2((uint)_slots.Length + 1)];
        for (var sequence = First; sequence < Next; sequence++)
        {
            larger[sequence & (larger.Length - 1)] = this[sequence];
        }

        _slots = larger;
    }
}
