using System.Buffers;

namespace EdgeAgent.Mqtt.Session;

/// <summary>
/// The packet ids in use: the unacknowledged QoS 1 publishes in the order in which they were sent, and the ids of requests. An id is
/// free when nothing in here holds it [MQTT-2.2.1-3], however long one of them stalls. Memory follows the number in use, not the 65 535
/// ids. Not thread-safe: the connection's gate guards it.
/// </summary>
internal sealed class InFlightTable
{
    /// <summary>For <see cref="SentAt"/>: not sent on the present connection.</summary>
    public const long NotSent = long.MinValue;

    private const int PageSize = 256;
    private const ushort None = 0;

    private readonly Slot[]?[] _pages = new Slot[]?[(ushort.MaxValue + 1) / PageSize];
    private readonly int[] _usedInPage = new int[(ushort.MaxValue + 1) / PageSize];
    private readonly Stack<Slot[]> _sparePages = new();
    private readonly HashSet<ushort> _requests = [];
    private ushort _last;
    private ushort _oldest;
    private ushort _newest;

    private enum Use : byte
    {
        Free,
        Publish,
        Request,
    }

    /// <summary>How many publishes are unacknowledged.</summary>
    public int Count { get; private set; }

    /// <summary>The packet id of the publish that was sent first, or zero.</summary>
    public ushort Oldest => _oldest;

    /// <summary>Whether a publish was acknowledged that had been sent after the oldest: brokers acknowledge in order, so that one is stuck.</summary>
    public bool IsOldestOvertaken { get; private set; }

    /// <summary>Whether another id can be had.</summary>
    public bool HasFreeId => Count + _requests.Count < ushort.MaxValue;

    /// <summary>Takes the next free id for a publish, as the newest. <see cref="HasFreeId"/> must be true.</summary>
    public ushort AddPublish(long token, long sentAt)
    {
        var id = NextFreeId();
        ref var slot = ref Take(id);
        slot = new Slot { Use = Use.Publish, Token = token, SentAt = sentAt, Previous = _newest };
        if (_newest == None)
        {
            _oldest = id;
            IsOldestOvertaken = false;
        }
        else
        {
            At(_newest).Next = id;
        }

        _newest = id;
        Count++;
        return id;
    }

    /// <summary>Takes the next free id for a SUBSCRIBE or UNSUBSCRIBE. <see cref="HasFreeId"/> must be true.</summary>
    public ushort AddRequest()
    {
        var id = NextFreeId();
        Take(id).Use = Use.Request;
        _requests.Add(id);
        return id;
    }

    /// <summary>Ends a publish. False when the id is not that of one.</summary>
    public bool TryRemovePublish(ushort id, out long token)
    {
        token = 0;
        if (!IsUsedFor(id, Use.Publish))
        {
            return false;
        }

        ref var slot = ref At(id);
        token = slot.Token;
        if (slot.Packet is { } packet)
        {
            ArrayPool<byte>.Shared.Return(packet);
        }

        IsOldestOvertaken = id != _oldest;
        Unlink(slot);
        Count--;
        Release(id);
        return true;
    }

    /// <summary>Ends a request. False when the id is not that of one.</summary>
    public bool TryRemoveRequest(ushort id)
    {
        if (!_requests.Remove(id))
        {
            return false;
        }

        Release(id);
        return true;
    }

    /// <summary>Ends all requests: their connection is over.</summary>
    public void RemoveRequests()
    {
        foreach (var id in _requests)
        {
            Release(id);
        }

        _requests.Clear();
    }

    /// <summary>Keeps a copy of an encoded publish, to be sent again on the session's next connection.</summary>
    public void Keep(ushort id, ReadOnlySpan<byte> packet)
    {
        ref var slot = ref At(id);
        if (slot.Packet is { } replaced)
        {
            ArrayPool<byte>.Shared.Return(replaced);
        }

        slot.Packet = ArrayPool<byte>.Shared.Rent(packet.Length);
        slot.PacketLength = packet.Length;
        packet.CopyTo(slot.Packet);
    }

    /// <summary>The kept copy of a publish.</summary>
    public Span<byte> KeptPacket(ushort id) => At(id).Packet.AsSpan(0, At(id).PacketLength);

    public long Token(ushort id) => At(id).Token;

    /// <summary>When a publish was sent; zero for an id that is not in use.</summary>
    public long SentAt(ushort id) => _pages[id / PageSize] is { } page ? page[id % PageSize].SentAt : 0;

    public void SetSentAt(ushort id, long sentAt) => At(id).SentAt = sentAt;

    /// <summary>The publish that was sent after this one, or zero.</summary>
    public ushort Next(ushort id) => At(id).Next;

    private ushort NextFreeId()
    {
        do
        {
            _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        }
        while (_pages[_last / PageSize] is { } page && page[_last % PageSize].Use != Use.Free);
        return _last;
    }

    private bool IsUsedFor(ushort id, Use use) => _pages[id / PageSize] is { } page && page[id % PageSize].Use == use;

    private ref Slot At(ushort id) => ref _pages[id / PageSize]![id % PageSize];

    private ref Slot Take(ushort id)
    {
        var page = id / PageSize;
        _pages[page] ??= _sparePages.TryPop(out var spare) ? spare : new Slot[PageSize];
        _usedInPage[page]++;
        return ref At(id);
    }

    private void Release(ushort id)
    {
        At(id) = default;
        var page = id / PageSize;
        if (--_usedInPage[page] == 0)
        {
            // Ids go round through all pages; the arrays follow them.
            _sparePages.Push(_pages[page]!);
            _pages[page] = null;
        }
    }

    private void Unlink(in Slot slot)
    {
        if (slot.Previous == None)
        {
            _oldest = slot.Next;
        }
        else
        {
            At(slot.Previous).Next = slot.Next;
        }

        if (slot.Next == None)
        {
            _newest = slot.Previous;
        }
        else
        {
            At(slot.Next).Previous = slot.Previous;
        }
    }

    private struct Slot
    {
        public long Token;
        public long SentAt;
        public byte[]? Packet;
        public int PacketLength;
        public ushort Previous;
        public ushort Next;
        public Use Use;
    }
}
