using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>The sensors that any Linux machine has, read at a fast pace.</summary>
internal static class MachineSensors
{
    public static string Configuration(TemporaryFolder folder, Mosquitto broker)
    {
        var sensors = (string[])
        [
            "{id: machine, type: system, interval: 50ms}",
            "{id: entropy, type: file, path: /proc/sys/kernel/random/entropy_avail, interval: 50ms}",
            "{id: load, type: exec, command: [/usr/bin/cut, '-d ', -f1, /proc/loadavg], interval: 250ms}",
            .. Temperatures(),
            .. Counters(),
        ];
        return Harness.Configuration.Of(folder, broker.Url, sensors);
    }

    /// <summary>One sensor for each thermal zone that can be read; virtual machines have none.</summary>
    private static IEnumerable<string> Temperatures() =>
        Directory.Exists("/sys/class/thermal")
            ? Directory.GetDirectories("/sys/class/thermal", "thermal_zone*").Order(StringComparer.Ordinal).Take(4)
                .Where(zone => IsReadable(Path.Combine(zone, "temp")))
                .Select((zone, number) => $"{{id: temperature{number}, type: file, path: {zone}/temp, scale: 0.001, unit: °C, interval: 50ms}}")
            : [];

    /// <summary>The traffic of the first network interfaces: whole numbers that grow.</summary>
    private static IEnumerable<string> Counters() =>
        from network in Directory.GetDirectories("/sys/class/net").Order(StringComparer.Ordinal).Take(3)
        from counter in (string[])["rx_bytes", "rx_packets", "tx_bytes", "tx_packets"]
        let path = $"{network}/statistics/{counter}"
        where File.Exists(path)
        select $"{{id: {IdOf(Path.GetFileName(network))}_{counter}, type: file, path: {path}, interval: 50ms}}";

    /// <summary>The name of an interface as an id of a sensor may be written.</summary>
    private static string IdOf(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_'));

    private static bool IsReadable(string path)
    {
        try
        {
            return File.ReadAllText(path).Length > 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
