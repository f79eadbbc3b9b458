namespace EdgeAgent.EndToEnd.Harness;

/// <summary>The promises as the witness can check them.</summary>
internal static class Accounting
{
    /// <summary>
    /// Waits until every count that the sensor gave has arrived. The very last read may have been cut short by the stop, and
    /// then was never a reading.
    /// </summary>
    public static Task EverythingArrivedAsync(Subscriber subscriber, CountingSensor counter) =>
        subscriber.WhenValuesAsync($"test/{counter.Id}", 1, counter.Reads - 1);

    /// <summary>
    /// First transmissions come in the order of acceptance per topic and lane. Readings of one counting sensor or of one
    /// clock ascend, so the numbers of their messages must.
    /// </summary>
    public static void InOrderPerTopicAndLane(Subscriber subscriber)
    {
        foreach (var lane in subscriber.Deliveries.ToArray().DistinctBy(delivery => delivery.Id).GroupBy(delivery => (delivery.Topic, delivery.Historical)))
        {
            var sequences = lane.Select(delivery => delivery.Sequence).ToArray();
            Assert.Equal(sequences.Order(), sequences);
        }
    }

    /// <summary>Waits until as many different messages have arrived as the agent says it accepted: nothing was lost, nothing made up.</summary>
    public static async Task AllAcceptedArrivedAsync(Subscriber subscriber, long accepted)
    {
        await subscriber.Deliveries.WhenAsync(all => all.DistinctBy(delivery => delivery.Id).Count() >= accepted, $"all {accepted} accepted readings");
        Assert.Equal(accepted, subscriber.Deliveries.ToArray().DistinctBy(delivery => delivery.Id).Count());
    }

    /// <summary>How many deliveries bore an id that had been there before.</summary>
    public static int Duplicates(Subscriber subscriber)
    {
        var deliveries = subscriber.Deliveries.ToArray();
        return deliveries.Length - deliveries.DistinctBy(delivery => delivery.Id).Count();
    }
}
