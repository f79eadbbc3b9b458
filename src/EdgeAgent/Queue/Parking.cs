namespace EdgeAgent.Queue;

/// <summary>
/// Topics that the broker does not let us publish to at present. One message of each is tried again now and then; the others wait
/// where they are, so that one wrong permission neither empties the queue nor holds the rest up. Under the queue's lock.
/// </summary>
internal sealed class Parking
{
    private readonly Dictionary<string, long[]> _lowest = new(StringComparer.Ordinal);

    public int Count => _lowest.Count;

    public bool Contains(string topic) => _lowest.Count > 0 && _lowest.ContainsKey(topic);

    /// <summary>Parks a topic; false where it is parked already, and another message is on its way to probe it.</summary>
    public bool TryAdd(string topic) => _lowest.TryAdd(topic, [long.MaxValue, long.MaxValue]);

    /// <summary>A cursor passes a message of a parked topic over.</summary>
    public void PassOver(string topic, PriorityClass owner, long sequence)
    {
        ref var lowest = ref _lowest[topic][(int)owner.Priority];
        lowest = Math.Min(lowest, sequence);
    }

    /// <summary>The topic is open again: the cursors go back to what they have passed over.</summary>
    public void Remove(string topic, PriorityClass[] classes)
    {
        if (_lowest.Remove(topic, out var lowest))
        {
            foreach (var owner in classes)
            {
                owner.Rewind(lowest[(int)owner.Priority]);
            }
        }
    }

    /// <summary>The lowest message of a class that waits here.</summary>
    public long Lowest(PriorityClass owner) =>
        _lowest.Values.Select(lowest => lowest[(int)owner.Priority]).DefaultIfEmpty(long.MaxValue).Min();

    public void Clear() => _lowest.Clear();
}
