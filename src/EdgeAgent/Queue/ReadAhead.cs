using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>One row as it was read, its content at an offset in the chunk's bytes.</summary>
internal struct Row
{
    public long Sequence;

    /// <summary>No row but this lies from here to its number.</summary>
    public long From;

    public EnvelopeEntry Envelope;
    public EraEntry Era;
    public long BootTime;
    public long Bits;
    public int Offset;
    public int Length;
    public BodyKind Kind;

    /// <summary>Ended after it was read.</summary>
    public bool IsEnded;
}

/// <summary>Rows of one table, read in one go: a block of structs and a block of bytes, both used again and again.</summary>
internal sealed class Chunk
{
    public const int MostRows = 8192;

    private const int UsualBytes = 1 << 20;
    private const int SmallBytes = 64 << 10;

    private byte[] _bytes = [];
    private int _used;

    public Row[] Rows { get; private set; } = [];

    public int Count { get; private set; }

    /// <summary>Rows whose envelope is lost: number, era and boot time are all that is left of them.</summary>
    public List<Row> Orphans { get; } = [];

    /// <summary>The index of the next row to take.</summary>
    public int At { get; set; }

    /// <summary>Every row of the table below this number and not below <see cref="From"/> is in the chunk.</summary>
    public long CoversTo { get; private set; }

    public long From { get; private set; }

    public bool IsFull => Count + Orphans.Count == MostRows || _used >= UsualBytes;

    public void Clear(long from)
    {
        if (Rows.Length == 0)
        {
            Rows = new Row[MostRows];
        }

        if (_bytes.Length > 2 * UsualBytes)
        {
            // One giant message must not stay in memory for ever.
            _bytes = [];
        }

        Array.Clear(Rows, 0, Count);
        Orphans.Clear();
        (Count, At, _used, From, CoversTo) = (0, 0, 0, from, from);
    }

    public void Add(Row row, ReadOnlySpan<byte> content)
    {
        if (_used + content.Length > _bytes.Length)
        {
            // A small backlog needs little; any other fills a chunk, and each doubling would be left to the collector.
            Array.Resize(ref _bytes, Math.Max(_bytes.Length == 0 ? SmallBytes : UsualBytes + SmallBytes, _used + content.Length));
        }

        row.From = CoversTo;
        row.Offset = _used;
        row.Length = content.Length;
        content.CopyTo(_bytes.AsSpan(_used));
        _used += content.Length;
        Rows[Count++] = row;
        CoversTo = row.Sequence + 1;
    }

    /// <summary>Adds what cannot be delivered.</summary>
    public void AddOrphan(in Row row)
    {
        Orphans.Add(row);
        CoversTo = row.Sequence + 1;
    }

    /// <summary>Says that nothing more lies below <paramref name="end"/>.</summary>
    public void Close(long end) => CoversTo = Math.Max(CoversTo, end);

    public MessageBody Body(in Row row) => new(row.Kind, row.Bits, row.Length == 0 ? default : _bytes.AsMemory(row.Offset, row.Length));

    /// <summary>Marks the rows of a range as ended, so that they are not taken.</summary>
    public void End(long from, long to)
    {
        for (var i = Math.Max(IndexOf(from), At); i < Count && Rows[i].Sequence <= to; i++)
        {
            Rows[i].IsEnded = true;
        }
    }

    private int IndexOf(long sequence)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Rows[middle].Sequence < sequence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>
/// Reads one table ahead of the delivery: the drainer empties the front chunk while the store fills the back one. All under the
/// queue's lock, but for the filling itself: a chunk that was given out by <see cref="TryBeginFill"/> is the store's until <see cref="EndFill"/>.
/// </summary>
internal sealed class ReadAhead
{
    private Chunk _front = new();
    private Chunk _back = new();
    private bool _hasFront;
    private bool _hasBack;
    private bool _isFilling;
    private bool _isStale;

    /// <summary>The chunk to take from, or null.</summary>
    public Chunk? Front => _hasFront ? _front : null;

    /// <summary>Forgets what was read: the cursor went back.</summary>
    public void Clear()
    {
        if (_hasFront)
        {
            // Its bytes may still be on their way to the broker: they are left to the collector, not read over.
            _front = new();
        }

        _hasFront = _hasBack = false;
        _isStale = _isFilling;
    }

    /// <summary>Goes on to the next chunk where it is there. What was taken from the last one is no longer valid.</summary>
    public void Advance()
    {
        if (_hasBack)
        {
            (_front, _back) = (_back, _front);
        }

        (_hasFront, _hasBack) = (_hasBack, false);
    }

    /// <summary>The chunk to fill and the number to fill it from, where one is free.</summary>
    public bool TryBeginFill(long cursor, out Chunk chunk)
    {
        chunk = _back;
        if (_isFilling || _hasBack)
        {
            return false;
        }

        chunk.Clear(_hasFront ? Math.Max(_front.CoversTo, cursor) : cursor);
        _isFilling = true;
        _isStale = false;
        return true;
    }

    /// <summary>Takes the chunk back from the store; false where it is of no use any more.</summary>
    public bool EndFill(bool succeeded)
    {
        _isFilling = false;
        if (!succeeded || _isStale)
        {
            return false;
        }

        if (_hasFront)
        {
            _hasBack = true;
        }
        else
        {
            (_front, _back) = (_back, _front);
            _hasFront = true;
        }

        return true;
    }

    /// <summary>Marks a range as ended wherever it has been read.</summary>
    public void End(long from, long to)
    {
        if (_hasFront)
        {
            _front.End(from, to);
        }

        if (_hasBack)
        {
            _back.End(from, to);
        }
    }

    /// <summary>Whether the store has something to do: nothing is read beyond the front chunk.</summary>
    public bool WantsFill => !_isFilling && !_hasBack;

    /// <summary>The number up to which everything has been read.</summary>
    public long CoversTo(long cursor) => _hasBack ? _back.CoversTo : _hasFront ? Math.Max(_front.CoversTo, cursor) : cursor;
}
