using System.Text.Json;
using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>What the ledger has told its readers, each entry counted once however often it came.</summary>
internal sealed class ToldLosses
{
    private static readonly string[] NoLosses = ["refused", "retried", "discarded", "crash_window"];

    private readonly Dictionary<string, (string Reason, string Topic, long Count)> _entries = [];

    public void Add(in QueuedMessage message)
    {
        using var json = JsonDocument.Parse(message.Body.Packed);
        var entry = json.RootElement;
        _entries[entry.GetProperty("id").GetString()!] =
            (entry.GetProperty("reason").GetString()!, entry.GetProperty("topic").GetString()!, entry.GetProperty("count").GetInt64());
    }

    public long Of(string reason, string? topic = null) =>
        _entries.Values.Where(entry => entry.Reason == reason && (topic is null || entry.Topic == topic)).Sum(static entry => entry.Count);

    /// <summary>Messages of a topic that will never be delivered, whatever the reason.</summary>
    public long LostOf(string topic) => _entries.Values.Where(entry => entry.Topic == topic && !NoLosses.Contains(entry.Reason)).Sum(static entry => entry.Count);
}
