namespace EdgeAgent.Queue;

/// <summary>Why there is no queue, in words that say what to do.</summary>
/// <param name="ExitCode">74 (input/output), 77 (permission) or 78 (configuration), as in sysexits; systemd restarts the agent after the first alone.</param>
/// <param name="Message">For the person who must act.</param>
internal sealed record QueueFailure(int ExitCode, string Message)
{
    public const int InputOutput = 74;

    public const int Permission = 77;

    /// <summary>A restart would find the same.</summary>
    public const int Configuration = 78;
}

/// <summary>What came of opening the queue: exactly one of the two.</summary>
internal sealed record QueueOpening(MessageQueue? Queue, QueueFailure? Failure);

/// <summary>What became of a message that was appended.</summary>
internal enum AppendResult
{
    /// <summary>Accepted: it will be acknowledged or be in the ledger; a power cut can cost it only within the loss window.</summary>
    Accepted = 0,

    /// <summary>Kept in memory, but the store cannot write now: until it can, only delivery saves it from a power cut.</summary>
    Undurable = 1,

    /// <summary>Not kept: memory is full while the store cannot write. Counted in the ledger (overrun, or dropped by policy).</summary>
    Refused = 2,

    /// <summary>Not kept: the queue is closing.</summary>
    Closed = 3,
}
