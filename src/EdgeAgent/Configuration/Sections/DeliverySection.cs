using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>delivery:</c> how messages go out.</summary>
internal static class DeliverySection
{
    public static readonly Key<DeliveryOrder> Order = Keys.Choice(
        "order", "after an outage: live_first (fresh readings pass the backlog) or oldest_first", DeliveryOrder.LiveFirst);

    public static readonly Key<int> MaxInFlight = Keys.Whole(
        "max_in_flight", "how many messages may wait for their acknowledgement; never more than the broker allows", 100, 1, 65_535);

    public static readonly Key<double?> Rate = new("rate", "how many messages may go out per second: unlimited, or such as 50/s", RateShape.Instance, null);

    public static readonly Key<string?> HistoryTopic = new(
        "history_topic", "where the backlog goes, such as {topic}/history; otherwise to the topic of the sensor",
        new OptionalReferenceShape<string>(new TopicShape("gateway", "sensor", "type", "topic")), null)
    { Example = "\"{topic}/history\"" };

    public static readonly ImmutableArray<Key> All = [Order, MaxInFlight, Rate, HistoryTopic];

    public static DeliveryConfig Bind(KeyValues values) => new()
    {
        Order = values.Get(Order),
        MaxInFlight = values.Get(MaxInFlight),
        Rate = values.Get(Rate),
    };
}
