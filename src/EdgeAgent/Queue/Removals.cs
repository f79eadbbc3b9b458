namespace EdgeAgent.Queue;

/// <summary>A stretch of numbers, both ends included.</summary>
internal readonly record struct SequenceRange(long From, long To);

/// <summary>
/// Ended messages of one table whose rows are still there, as ranges: acknowledgements that come in order make one range,
/// whatever their number. Not thread-safe.
/// </summary>
internal sealed class Removals
{
    private List<SequenceRange> _ranges = [];
    private List<SequenceRange> _spare = [];

    /// <summary>How many messages were added since the last <see cref="Take"/>.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    public void Add(long from, long to)
    {
        Count++;
        if (_ranges.Count > 0 && _ranges[^1] is var last && last.To + 1 == from)
        {
            _ranges[^1] = last with { To = to };
        }
        else
        {
            _ranges.Add(new(from, to));
        }
    }

    public bool Contains(long sequence)
    {
        for (var i = _ranges.Count - 1; i >= 0; i--)
        {
            if (sequence >= _ranges[i].From && sequence <= _ranges[i].To)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives the ranges away, ascending and merged; they belong to the caller until the next call.</summary>
    public List<SequenceRange> Take()
    {
        (_ranges, _spare) = (_spare, _ranges);
        _ranges.Clear();
        Count = 0;
        Merge(_spare);
        return _spare;
    }

    /// <summary>Puts ranges back whose removal failed.</summary>
    public void Restore(List<SequenceRange> ranges)
    {
        var restored = new List<SequenceRange>(ranges.Count + _ranges.Count);
        restored.AddRange(ranges);
        restored.AddRange(_ranges);
        Merge(restored);
        _ranges = restored;
        Count += ranges.Count;
    }

    private static void Merge(List<SequenceRange> ranges)
    {
        if (ranges.Count < 2)
        {
            return;
        }

        ranges.Sort(static (left, right) => left.From.CompareTo(right.From));
        var kept = 0;
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].From <= ranges[kept].To + 1)
            {
                ranges[kept] = new(ranges[kept].From, Math.Max(ranges[kept].To, ranges[i].To));
            }
            else
            {
                ranges[++kept] = ranges[i];
            }
        }

        ranges.RemoveRange(kept + 1, ranges.Count - kept - 1);
    }
}
