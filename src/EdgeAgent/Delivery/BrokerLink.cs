namespace EdgeAgent.Delivery;

/// <summary>
/// The way to the broker as the configuration has it now: runs one uplink after the other over the same queue. What one has not
/// seen acknowledged when it is replaced waits in the queue for the next. Thread-safe.
/// </summary>
/// <param name="first">The uplink to begin with; null where no broker is set.</param>
internal sealed class BrokerLink(Uplink? first)
{
    private readonly Lock _gate = new();
    private volatile Uplink? _uplink = first;
    private TaskCompletionSource _changed = NewSignal();
    private long _earlierConnections;

    /// <summary>The uplink in force; null where no broker is set.</summary>
    public Uplink? Uplink => _uplink;

    /// <summary>A snapshot, its connections counted over all uplinks; null where no broker is set.</summary>
    public UplinkStatus? Status =>
        _uplink?.Status is { } status ? status with { Connections = status.Connections + Interlocked.Read(ref _earlierConnections) } : null;

    /// <summary>Delivers until <paramref name="stop"/>. An uplink that dies is thrown.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var (uplink, changed) = Take();
            var run = uplink?.RunAsync(leave.Token) ?? changed.WaitAsync(stop);
            _ = await Task.WhenAny(run, changed);
            await leave.CancelAsync();
            await run.ConfigureAwait(uplink is null ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
        }
    }

    /// <summary>Lets the uplink in force say goodbye, and goes on with another; returns at once.</summary>
    /// <param name="next">Null where no broker is set any more.</param>
    public void Change(Uplink? next)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_uplink is { } old)
            {
                old.Farewell = "configured anew";
                _ = Interlocked.Add(ref _earlierConnections, old.Status.Connections);
            }

            _uplink = next;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (Uplink? Uplink, Task Changed) Take()
    {
        lock (_gate)
        {
            return (_uplink, _changed.Task);
        }
    }
}
