using EdgeAgent.Configuration;

namespace EdgeAgent.Queue;

/// <summary>How much the queue keeps: the part of its settings that may change while it is open. Immutable.</summary>
/// <param name="MaxSize">Bytes of (pages - free pages) x page size + WAL.</param>
/// <param name="MaxAge">How long any message is kept.</param>
/// <param name="WhenFull">What gives way.</param>
/// <param name="KeepFree">Bytes of the file system that stay free.</param>
internal sealed record QueueLimits(long MaxSize, TimeSpan MaxAge, WhenFull WhenFull, long KeepFree)
{
    public static QueueLimits Of(QueueConfig config) => new(config.MaxSize, config.MaxAge, config.WhenFull, config.KeepFree);
}

/// <summary>
/// The limits in force, and those that will follow. Only the store's thread changes them, under the queue's lock and between two
/// passes: it may read them without the lock, everybody else reads them under it, and no commit is made by two measures.
/// </summary>
internal sealed class LimitsInForce(QueueLimits first)
{
    private QueueLimits? _next;
    private TaskCompletionSource _whenTaken = NewSignal();

    public QueueLimits Present { get; private set; } = first;

    /// <summary>Under the lock: asks for others. Completes when they, or later ones, are in force, or the queue is closed.</summary>
    public Task ChangeAsync(QueueLimits next)
    {
        _next = next;
        return _whenTaken.Task;
    }

    /// <summary>
    /// Under the lock, by the store's thread: takes over what was asked for; null where that is nothing. To be completed when the queue
    /// goes by it.
    /// </summary>
    public TaskCompletionSource? Take()
    {
        if (_next is not { } next)
        {
            return null;
        }

        (Present, _next) = (next, null);
        var taken = _whenTaken;
        _whenTaken = NewSignal();
        return taken;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
