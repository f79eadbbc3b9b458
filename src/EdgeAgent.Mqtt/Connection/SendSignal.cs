using System.Threading.Tasks.Sources;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// Wakes the one send loop without an allocation. The connection's gate decides who calls: <see cref="WaitAsync"/> only by the send
/// loop, <see cref="Wake"/> exactly once for each wait.
/// </summary>
internal sealed class SendSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Completes with the next <see cref="Wake"/>.</summary>
    public ValueTask WaitAsync() => new(this, _core.Version);

    /// <summary>Lets the loop go on, on a thread of the pool.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
