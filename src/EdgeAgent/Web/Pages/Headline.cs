using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>The state at a glance. Pure.</summary>
/// <param name="Mood">good, busy, warn or bad: the colour.</param>
/// <param name="Title">The state in a word or two.</param>
/// <param name="Detail">One sentence more.</param>
internal sealed record Headline(string Mood, string Title, string Detail)
{
    /// <summary>A depth that a connection has at any time is no backlog.</summary>
    private const long Backlog = 100;

    public static Headline Of(AgentStatus status, DateTimeOffset now)
    {
        var (broker, queue) = (status.Broker, status.Queue);
        var since = broker.Since is { } then ? Quantity.Duration(Math.Max(0, (now - then).TotalSeconds)) : "a while";
        return broker.State switch
        {
            _ when queue.Store == "full" => new("bad", "Disk full", $"{Room(queue)} ({queue.StoreError})"),
            _ when queue.Store != "healthy" => new("bad", "Storage fails", queue.StoreError ?? "The queue cannot be written; messages wait in memory."),
            "none" => new("warn", "No broker set", "Readings are kept in the queue; set broker.url in the configuration."),
            "connected" when queue.Depth - queue.InFlight > Backlog => new("busy", "Catching up", $"{CatchUp(status)} Connected to {broker.Address} for {since}."),
            "connected" => new("good", "Delivering", $"Connected to {broker.Address} (MQTT {broker.Protocol}) for {since}."),
            _ => new("warn", "Offline, queueing", $"No connection to {broker.Address ?? "the broker"} for {Quantity.Duration(broker.DisconnectedS ?? 0)}. {broker.LastError}"),
        };
    }

    private static string Room(QueueStatus queue) =>
        $"Readings wait in memory until there is room on the queue's disk: {(queue.FreeBytes is { } free ? $"{Quantity.Bytes(free)} of it are free, and " : "")}what queue.keep_free says is left alone.";

    private static string CatchUp(AgentStatus status)
    {
        var rate = status.Rates.DeliveredPerS - status.Rates.AcceptedPerS;
        return rate > 0.1 ? $"About {Quantity.Duration(status.Queue.Depth / rate)} left at {Quantity.Number(rate)} messages/s." : "The backlog does not shrink yet.";
    }
}
