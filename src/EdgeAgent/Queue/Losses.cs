namespace EdgeAgent.Queue;

/// <summary>Counts what will never be delivered. Under the queue's lock.</summary>
internal sealed class Losses
{
    private readonly long[] _counts = new long[(int)LossReason.CrashWindow + 1];

    public ReadOnlySpan<long> Counts => _counts;

    public void Add(LossReason reason, string topic, EraEntry era, long sequence, long bootTime)
    {
        _ = (topic, era, sequence, bootTime);
        _counts[(int)reason]++;
    }
}
