using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>Configurations for a queue on a small disk.</summary>
internal static class FaultConfiguration
{
    /// <summary>A configuration with its queue on a disk of a few mebibytes, all of which it may use.</summary>
    /// <param name="root">Where the disk is mounted.</param>
    public static string Of(TemporaryFolder folder, Mosquitto broker, string root, params string[] sensors) =>
        Configuration.Of(folder, broker.Url, sensors).Replace($"\"{folder["queue.db"]}\"", $"\"{Path.Combine(root, "queue.db")}\"\n  keep_free: 0MiB", StringComparison.Ordinal);
}
