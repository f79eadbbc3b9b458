using System.Numerics;

namespace EdgeAgent.Queue;

/// <summary>
/// Messages in flight that were taken in ascending order: a circular buffer that finds the oldest, which is mostly the one that is
/// acknowledged, at once, and any other by halving. Not thread-safe.
/// </summary>
internal sealed class Window
{
    private InFlight[] _entries = new InFlight[64];
    private long _head;
    private long _tail;

    /// <summary>How many have not ended.</summary>
    public int Count { get; private set; }

    /// <summary>The lowest number that has not ended. Only where <see cref="Count"/> is not 0.</summary>
    public long Lowest => At(_head).Sequence;

    /// <param name="message">Its number is above every other in the window.</param>
    public void Add(in InFlight message)
    {
        if (_tail - _head == _entries.Length)
        {
            Grow();
        }

        _entries[_tail++ & (_entries.Length - 1)] = message;
        Count++;
    }

    public bool Contains(long sequence) => Find(sequence) >= 0;

    /// <summary>Takes a message out. False where it is not in flight here.</summary>
    public bool TryEnd(long sequence, out InFlight message)
    {
        var index = Find(sequence);
        if (index < 0)
        {
            message = default;
            return false;
        }

        ref var entry = ref At(index);
        message = entry;
        entry.IsEnded = true;
        Count--;
        while (_head < _tail && At(_head).IsEnded)
        {
            At(_head++) = default;
        }

        return true;
    }

    public int CountBelow(long sequence)
    {
        var count = 0;
        for (var i = _head; i < _tail && At(i).Sequence < sequence; i++)
        {
            count += At(i).IsEnded ? 0 : 1;
        }

        return count;
    }

    /// <summary>Moves everything in flight to <paramref name="others"/>, for when numbers below may be taken again.</summary>
    public void MoveTo(Dictionary<long, InFlight> others)
    {
        for (; _head < _tail; _head++)
        {
            ref var entry = ref At(_head);
            if (!entry.IsEnded)
            {
                others[entry.Sequence] = entry with { DiskFrom = entry.Sequence };
            }

            entry = default;
        }

        Count = 0;
    }

    private ref InFlight At(long index) => ref _entries[index & (_entries.Length - 1)];

    private long Find(long sequence)
    {
        if (Count == 0)
        {
            return -1;
        }

        if (At(_head).Sequence == sequence)
        {
            return _head;
        }

        var low = _head + 1;
        var high = _tail - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) >> 1);
            ref var entry = ref At(middle);
            if (entry.Sequence == sequence)
            {
                return entry.IsEnded ? -1 : middle;
            }

            if (entry.Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private void Grow()
    {
        var larger = new InFlight[BitOperations.RoundUpToPowerOf2((uint)_entries.Length + 1)];
        for (var i = _head; i < _tail; i++)
        {
            larger[i & (larger.Length - 1)] = At(i);
        }

        _entries = larger;
    }
}

/// <summary>A message that was taken and has not ended.</summary>
internal record struct InFlight
{
    public long Sequence;

    /// <summary>No row but its own lies from here to its number; equal to the number where that is not known.</summary>
    public long DiskFrom;

    public EnvelopeEntry Envelope;

    /// <summary>The era in which it was accepted.</summary>
    public EraEntry Era;

    /// <summary>When it was taken: milliseconds on the boot clock of its era.</summary>
    public long BootTime;

    public bool IsEnded;

    /// <summary>It stands for a parked topic.</summary>
    public bool IsProbe;
}
