namespace EdgeAgent.Queue;

/// <summary>Who waits for the store, and for what. Under the queue's lock; what is taken is completed without it.</summary>
internal sealed class Waiters
{
    private readonly List<TaskCompletionSource<bool>> _flushes = [];
    private readonly List<TaskCompletionSource> _idle = [];
    private readonly List<TaskCompletionSource<bool>> _decisions = [];
    private TaskCompletionSource<AppendResult>? _group;
    private TaskCompletionSource? _room;

    /// <summary>Someone needs what is unwritten to be written now.</summary>
    public bool WantWriting => _group is not null || _room is not null || _flushes.Count > 0;

    /// <summary>Completes when what was appended so far is durable, or cannot be: one sync for all who wait.</summary>
    public Task<AppendResult> WhenCommitted() => (_group ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Completes when memory may have room again.</summary>
    public Task WhenRoom() => (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Completes when everything appended and ended so far is on disk; false where it cannot be.</summary>
    public Task<bool> WhenFlushed()
    {
        var flush = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Add(flush);
        return flush.Task;
    }

    /// <summary>Someone decided something that no commit has yet.</summary>
    public bool HaveDecided => _decisions.Count > 0;

    /// <summary>
    /// Completes when what was decided so far is committed, however often that has to be tried: a decision is not taken back. False where the
    /// queue closed before.
    /// </summary>
    public Task<bool> WhenDecisionsAreDurable()
    {
        var decision = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _decisions.Add(decision);
        return decision.Task;
    }

    /// <summary>Takes those whose decisions a commit has, or none will have; to be called with which of the two.</summary>
    public Action<bool> TakeDecisions()
    {
        if (!HaveDecided)
        {
            return static _ => { };
        }

        var decisions = _decisions.ToArray();
        _decisions.Clear();
        return areDurable => Array.ForEach(decisions, decision => decision.SetResult(areDurable));
    }

    /// <summary>Completes when everything that is due now is done.</summary>
    public Task WhenIdle()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _idle.Add(idle);
        return idle.Task;
    }

    /// <summary>Takes those who wait for the commit that begins; to be called with its outcome.</summary>
    public Action<bool> TakeWriting()
    {
        var (group, room, flushes) = (_group, _room, _flushes.ToArray());
        (_group, _room) = (null, null);
        _flushes.Clear();
        return succeeded =>
        {
            group?.SetResult(succeeded ? AppendResult.Accepted : AppendResult.Undurable);
            room?.SetResult();
            Array.ForEach(flushes, flush => flush.SetResult(succeeded));
        };
    }

    public void Idle()
    {
        _idle.ForEach(static idle => idle.SetResult());
        _idle.Clear();
    }
}
