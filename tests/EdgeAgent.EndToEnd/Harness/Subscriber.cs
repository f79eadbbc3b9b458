using System.Globalization;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// The independent witness: mosquitto_sub with a persistent session, so that the broker keeps for it what comes while it is
/// away. Nothing of the agent's own code counts what the agent delivered.
/// </summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly string _topics;
    private ChildProcess? _process;

    private Subscriber(string topics) => _topics = topics;

    /// <summary>Every reading that arrived, duplicates included, in the order of arrival.</summary>
    public Feed<Delivery> Deliveries { get; } = new();

    /// <summary>Every other message (status, ledger ...): topic, blank, payload.</summary>
    public Feed<string> Others { get; } = new();

    /// <summary>Starts one; comes back when the broker has its subscription.</summary>
    public static async Task<Subscriber> StartAsync(Mosquitto broker, string topics = "#")
    {
        var subscriber = new Subscriber(topics);
        var id = IdAt(broker);
        subscriber._process = broker.StartClient(
            "mosquitto_sub",
            ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-i", id, "-c", "-q", "1", "-t", topics, "-F", "%U %t %p"],
            subscriber.Take);
        await subscriber.WhenSubscribedAsync(broker);
        return subscriber;
    }

    /// <summary>Waits until the broker, in its present run, has the subscription.</summary>
    public Task WhenSubscribedAsync(Mosquitto broker) =>
        broker.Log.WhenAnyAsync(line => line.EndsWith($"{IdAt(broker)} 1 {_topics}", StringComparison.Ordinal), "the subscription");

    /// <summary>
    /// Waits until all has come that the broker accepted before this call. A broker without persistence that goes takes along what
    /// it acknowledged and its subscribers had not read yet; it passes on in order, so a last message that came says that there is none.
    /// </summary>
    public async Task WhenUpToDateAsync(Mosquitto broker)
    {
        var last = $"{Guid.NewGuid()}";
        await broker.PublishAsync("test/last", last);
        await Others.WhenAnyAsync(line => line.EndsWith(last, StringComparison.Ordinal), "the last message before the broker goes");
    }

    /// <summary>The deliveries on a topic, in the order of arrival, duplicates included.</summary>
    public Delivery[] On(string topic) => [.. Deliveries.ToArray().Where(delivery => delivery.Topic == topic)];

    /// <summary>Waits until each of these values has arrived on a topic at least once.</summary>
    public Task WhenValuesAsync(string topic, int first, int last) => Deliveries.WhenAsync(
        all => Enumerable.Range(first, last - first + 1).Select(value => (double?)value)
            .Except(all.Where(delivery => delivery.Topic == topic).Select(delivery => delivery.Value)).Any() is false,
        $"the values {first} to {last} on {topic}");

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string IdAt(Mosquitto broker) => $"witness-{broker.Port}";

    private void Take(string stampedLine)
    {
        // By its own clock: the test may come late to reading it on a busy machine.
        var blank = stampedLine.IndexOf(' ', StringComparison.Ordinal);
        var seconds = decimal.Parse(stampedLine.AsSpan(0, blank), CultureInfo.InvariantCulture);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        var line = stampedLine[(blank + 1)..];
        var arrived = TimeProvider.System.GetTimestamp() - (long)(age.TotalSeconds * TimeProvider.System.TimestampFrequency);
        if (Delivery.Parse(line, arrived) is { } delivery)
        {
            Deliveries.Add(delivery);
        }
        else
        {
            Others.Add(line);
        }
    }
}
