using System.Collections.Immutable;
using EdgeAgent.Delivery;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>What the agent counts of itself, as values of the sensor kind <c>system</c>.</summary>
internal static class OwnValues
{
    public static ImmutableArray<NamedValue> Of(QueueSnapshot queue, DeliveryFigures delivery, long wallMilliseconds) =>
    [
        new("queue_depth", Value.Of(queue.Depth)),
        new("queue_size", Value.Of(queue.BytesOnDisk / 1024), "KiB"),
        new("queue_oldest", Value.Of(queue.OldestWallTime is { } oldest ? Math.Max(0, (wallMilliseconds - oldest) / 1000) : 0), "s"),
        new("accepted", Value.Of(queue.Accepted)),
        new("delivered", Value.Of(queue.Acknowledged)),
        new("lost", Value.Of(queue.Lost.Sum())),
        new("dead_letters", Value.Of(queue.DeadLetters)),
        new("connected_time", Value.Of(delivery.ConnectedMilliseconds / 1000), "s"),
    ];
}
