using System.Collections.Immutable;
using EdgeAgent.Configuration.Sections;

namespace EdgeAgent.Configuration;

/// <summary>
/// What a reload has to do: sensors that are not named here are left alone, and the queue is never opened again. Pure.
/// </summary>
/// <param name="Added">Ids of the sensors that are new.</param>
/// <param name="Removed">Ids of the sensors that are gone.</param>
/// <param name="Changed">Ids of the sensors with another setting.</param>
/// <param name="IsUplinkChanged">Whether the broker, the delivery, the status topic or what Home Assistant is to know changed, so that the connection must be made anew.</param>
/// <param name="Limits">The limits of the queue that changed, as <c>max_size 64MiB (was 512MiB)</c>.</param>
/// <param name="NeedsRestart">The keys whose change waits for a restart, such as <c>queue.path</c>.</param>
internal sealed record ConfigDifference(
    ImmutableArray<string> Added,
    ImmutableArray<string> Removed,
    ImmutableArray<string> Changed,
    bool IsUplinkChanged,
    ImmutableArray<string> Limits,
    ImmutableArray<string> NeedsRestart)
{
    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty && Changed.IsEmpty && !IsUplinkChanged && Limits.IsEmpty && NeedsRestart.IsEmpty;

    public static ConfigDifference Between(AgentConfig running, AgentConfig next)
    {
        var before = running.Sensors.ToDictionary(sensor => sensor.Id, StringComparer.Ordinal);
        var after = next.Sensors.ToDictionary(sensor => sensor.Id, StringComparer.Ordinal);
        var hasSensorChanged = before.Count != after.Count || next.Sensors.Any(sensor => !before.TryGetValue(sensor.Id, out var old) || old != sensor);
        return new ConfigDifference(
            [.. next.Sensors.Select(sensor => sensor.Id).Where(id => !before.ContainsKey(id))],
            [.. running.Sensors.Select(sensor => sensor.Id).Where(id => !after.ContainsKey(id))],
            [.. next.Sensors.Where(sensor => before.TryGetValue(sensor.Id, out var old) && old != sensor).Select(sensor => sensor.Id)],
            !AreEqual(running.Broker, next.Broker) || running.Delivery != next.Delivery || running.Status.Topic != next.Status.Topic
                || running.HomeAssistant != next.HomeAssistant || (next.HomeAssistant is not null && hasSensorChanged),
            [.. ChangedLimits(running.Queue, next.Queue)],
            [.. RestartKeys(running, next)]);
    }

    /// <summary>What is in force once <paramref name="next"/> is applied: what waits for a restart stays as it runs.</summary>
    public static AgentConfig InForce(AgentConfig running, AgentConfig next) =>
        next with
        {
            Gateway = running.Gateway,
            Queue = next.Queue with { Path = running.Queue.Path, LossWindow = running.Queue.LossWindow },
            Clock = running.Clock,
            Status = next.Status with { Listen = running.Status.Listen, Token = running.Status.Token },
        };

    /// <summary>What there is to apply, in a line for log and status: <c>sensors: 1 new (a), 2 changed (b, c), 1 removed (d); the connection</c>.</summary>
    public override string ToString()
    {
        (string Word, ImmutableArray<string> Ids)[] sensors = [("new", Added), ("changed", Changed), ("removed", Removed)];
        var changes = sensors.Where(change => !change.Ids.IsEmpty).Select(change => $"{change.Ids.Length} {change.Word} ({string.Join(", ", change.Ids)})").ToArray();
        string[] parts =
        [
            .. changes.Length == 0 ? Array.Empty<string>() : [$"sensors: {string.Join(", ", changes)}"],
            .. IsUplinkChanged ? ["the connection is made anew"] : Array.Empty<string>(),
            .. Limits.IsEmpty ? Array.Empty<string>() : [$"queue: {string.Join(", ", Limits)}"],
            .. NeedsRestart.IsEmpty ? Array.Empty<string>() : [$"for a restart wait: {string.Join(", ", NeedsRestart)}"],
        ];
        return parts.Length == 0 ? "nothing changed" : string.Join("; ", parts);
    }

    private static IEnumerable<string> ChangedLimits(QueueConfig running, QueueConfig next)
    {
        (Key Key, object Old, object New)[] limits =
        [
            (QueueSection.MaxSize, running.MaxSize, next.MaxSize),
            (QueueSection.MaxAge, running.MaxAge, next.MaxAge),
            (QueueSection.WhenFull, running.WhenFull, next.WhenFull),
            (QueueSection.KeepFree, running.KeepFree, next.KeepFree),
        ];
        return limits.Where(limit => !limit.Old.Equals(limit.New)).Select(limit => $"{limit.Key.Name} {limit.Key.Write(limit.New)} (was {limit.Key.Write(limit.Old)})");
    }

    /// <summary>What was taken in once, when the process started.</summary>
    private static IEnumerable<string> RestartKeys(AgentConfig running, AgentConfig next)
    {
        (string Key, bool IsSame)[] keys =
        [
            ("gateway", running.Gateway == next.Gateway),
            (QueueKey(QueueSection.Path), running.Queue.Path == next.Queue.Path),
            (QueueKey(QueueSection.LossWindow), running.Queue.LossWindow == next.Queue.LossWindow),
            ($"status.{StatusSection.Listen.Name}", Equals(running.Status.Listen, next.Status.Listen)),
            ($"status.{StatusSection.Token.Name}", Equals(running.Status.Token, next.Status.Token)),
            ($"clock.{ClockSection.TrustRtc.Name}", running.Clock == next.Clock),
        ];
        return keys.Where(key => !key.IsSame).Select(key => key.Key);
    }

    private static string QueueKey(Key key) => $"queue.{key.Name}";

    /// <summary>Lists are compared by what is in them.</summary>
    private static bool AreEqual(BrokerConfig? one, BrokerConfig? other) => one is null || other is null
        ? one is null && other is null
        : one.Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan()) && one with { Addresses = other.Addresses } == other;
}
