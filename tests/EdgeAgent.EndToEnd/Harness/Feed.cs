namespace EdgeAgent.EndToEnd.Harness;

/// <summary>What came in so far, in order, and a way to wait for what is still to come. Thread-safe.</summary>
internal sealed class Feed<T>
{
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Generous, because these tests share two noisy cores with everything else; a wait ends at its signal, not here.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    public void Add(T item)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _items.Add(item);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    public T[] ToArray()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }

    /// <summary>Waits until the condition holds. On time-out fails with <paramref name="what"/> was awaited and what there was.</summary>
    /// <param name="condition">Called with the feed locked, so it must be quick, and keep nothing.</param>
    public async Task WhenAsync(Func<IReadOnlyList<T>, bool> condition, string what, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_items))
                {
                    return;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"waited in vain for {what}; the last of {Count} seen:\n{string.Join('\n', ToArray().TakeLast(30))}");
            }
        }
    }

    public Task WhenAnyAsync(Func<T, bool> condition, string what) => WhenAsync(items => items.Any(condition), what);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
