using EdgeAgent.Delivery;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>The counters of the stages at one moment; what a step of the history saw is the difference of two.</summary>
internal sealed class Totals
{
    private readonly long[] _times = new long[AcknowledgementTimes.Steps];

    /// <summary>Milliseconds since boot.</summary>
    public long At { get; private set; }

    public long Depth { get; private set; }

    public long Accepted { get; private set; }

    public long Acknowledged { get; private set; }

    public long ConnectedMilliseconds { get; private set; }

    /// <summary>A copy of <see cref="AcknowledgementTimes"/>.</summary>
    public ReadOnlySpan<long> Times => _times;

    public void Read(long at, QueueSnapshot queue, DeliveryFigures delivery)
    {
        (At, Depth, Accepted, Acknowledged) = (at, queue.Depth, queue.Accepted, queue.Acknowledged);
        ConnectedMilliseconds = delivery.ConnectedMilliseconds;
        delivery.Times.CopyTo(_times);
    }

    public void CopyFrom(Totals other)
    {
        (At, Depth, Accepted, Acknowledged) = (other.At, other.Depth, other.Accepted, other.Acknowledged);
        ConnectedMilliseconds = other.ConnectedMilliseconds;
        other._times.CopyTo(_times, 0);
    }
}
