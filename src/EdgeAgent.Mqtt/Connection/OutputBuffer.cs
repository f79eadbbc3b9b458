namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// Two byte arrays in turn: publishers fill one while the other is written to the socket. Begins small, grows on demand, and gives
/// back what a rare large packet made it take. Not thread-safe: the connection's gate guards it.
/// </summary>
/// <param name="limit">How many bytes may wait before <see cref="TryReserve"/> refuses.</param>
internal sealed class OutputBuffer(int limit)
{
    private const int InitialSize = 16 * 1024;
    private byte[] _filling = [];
    private byte[] _writing = [];

    /// <summary>How many bytes wait.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the limit is reached.</summary>
    public bool IsFull => Length >= limit;

    /// <summary>A place for a publish, or false when the limit would be passed. A packet above the limit fits when nothing else waits.</summary>
    public bool TryReserve(int size, out Span<byte> place)
    {
        if (Length > 0 && (long)Length + size > limit)
        {
            place = default;
            return false;
        }

        place = Reserve(size);
        return true;
    }

    /// <summary>A place for a control packet, which may pass the limit: there are few, and the connection depends on them.</summary>
    public Span<byte> Reserve(int size)
    {
        var needed = Length + size;
        if (needed > _filling.Length)
        {
            Array.Resize(ref _filling, Math.Max(needed, Math.Max(InitialSize, Math.Min(limit, _filling.Length * 2))));
        }

        var place = _filling.AsSpan(Length, size);
        Length = needed;
        return place;
    }

    /// <summary>Gives back the end of the last place.</summary>
    public void Trim(int unused) => Length -= unused;

    /// <summary>Everything that waits, to be written before the next call; publishers go on with the other array.</summary>
    public ReadOnlyMemory<byte> Swap()
    {
        var filled = _filling.AsMemory(0, Length);
        (_filling, _writing) = (_writing.Length <= limit ? _writing : [], _filling);
        Length = 0;
        return filled;
    }
}
