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

    /// <summary>No number is missing between the first and the last message: nothing that the queue accepted was lost.</summary>
    public static void NoSequenceMissing(Subscriber subscriber)
    {
        var sequences = subscriber.Deliveries.ToArray().Select(delivery => delivery.Sequence).ToHashSet();
        Assert.Empty(Enumerable.Range((int)sequences.Min(), sequences.Count).Select(number => (long)number).Except(sequences));
    }

    /// <summary>How many deliveries bore an id that had been there before.</summary>
    public static int Duplicates(Subscriber subscriber)
    {
        var deliveries = subscriber.Deliveries.ToArray();
        return deliveries.Length - deliveries.DistinctBy(delivery => delivery.Id).Count();
    }
}
