namespace EdgeAgent.Hosting.Measuring;

/// <summary>What one step of the history holds. The default value stands for a step that nobody measured: the machine slept.</summary>
/// <param name="IsKnown">Whether it was measured.</param>
/// <param name="Depth">The largest number of messages in the queue.</param>
/// <param name="Accepted">Messages accepted.</param>
/// <param name="Delivered">Messages acknowledged by the broker.</param>
/// <param name="Median">The time to an acknowledgement that half of the messages kept, milliseconds; NaN where none came.</param>
/// <param name="Tail">The one that 99 % kept.</param>
/// <param name="Connected">The share of the step with a connection, 0 to 1.</param>
internal readonly record struct HistoryPoint(
    bool IsKnown, long Depth, long Accepted, long Delivered, float Median, float Tail, float Connected);
