using System.Globalization;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Machine;

/// <summary>
/// Load, memory, uptime, pressure and Wi-Fi out of the tables of /proc (proc(5)). What a kernel does not have is left out. Pure
/// but for the reading of the files.
/// </summary>
internal static class KernelTables
{
    /// <summary>/proc/meminfo and the like are longer than a page on large machines.</summary>
    private const int TableLimit = 32 * 1024;

    /// <summary>Some thousand containers have as many lines in /proc/self/mounts.</summary>
    private const int MountsLimit = 1024 * 1024;

    public static IEnumerable<NamedValue> Load(string proc)
    {
        var words = Words(KernelFile.TryRead(Path.Combine(proc, "loadavg")));
        string[] names = ["load_1", "load_5", "load_15"];
        for (var i = 0; i < names.Length && i < words.Length; i++)
        {
            if (TryNumber(words[i], out var load))
            {
                yield return new(names[i], Value.Of(load));
            }
        }
    }

    public static IEnumerable<NamedValue> Memory(string proc)
    {
        var lines = Lines(KernelFile.TryRead(Path.Combine(proc, "meminfo"), TableLimit));
        if (Kibibytes(lines, "MemTotal:") is { } total and > 0 && Kibibytes(lines, "MemAvailable:") is { } available)
        {
            yield return new("memory_used", Value.Of(Math.Round(100 * (1 - (available / total)), 1)), "%");
            yield return new("memory_available", Value.Of(Math.Round(available / 1024, 1)), "MiB");
        }
    }

    public static IEnumerable<NamedValue> Uptime(string proc)
    {
        if (Words(KernelFile.TryRead(Path.Combine(proc, "uptime"))) is [var first, ..] && TryNumber(first, out var seconds))
        {
            yield return new("uptime", Value.Of((long)seconds), "s");
        }
    }

    /// <summary>How much of the last ten seconds something waited for storage: the best early sign of a dying card.</summary>
    public static IEnumerable<NamedValue> Pressure(string proc)
    {
        const string Average = "avg10=";
        foreach (var line in Lines(KernelFile.TryRead(Path.Combine(proc, "pressure", "io"))))
        {
            var words = Words(line);
            if (words is ["some", var average, ..] && average.StartsWith(Average, StringComparison.Ordinal)
                && TryNumber(average[Average.Length..], out var share))
            {
                yield return new("io_pressure", Value.Of(share), "%");
            }
        }
    }

    /// <summary>
    /// The first interface of /proc/net/wireless that has a network: lines follow two of headings, numbers may end in a point. One
    /// without a network has zeros throughout (net/wireless/wext-proc.c, nullstats). A level in dBm is below zero there; drivers
    /// whose level is in units of their own have it above, and only the quality says something.
    /// </summary>
    public static IEnumerable<NamedValue> Wireless(string proc)
    {
        foreach (var line in Lines(KernelFile.TryRead(Path.Combine(proc, "net", "wireless"))).Skip(2))
        {
            if (Words(line) is not [var name, _, var link, var level, ..] || !name.EndsWith(':')
                || !TryNumber(link.TrimEnd('.'), out var quality) || !TryNumber(level.TrimEnd('.'), out var signal)
                || (quality == 0 && signal == 0))
            {
                continue;
            }

            if (signal < 0)
            {
                yield return new("wifi_signal", Value.Of(signal), "dBm");
            }

            yield return new("wifi_quality", Value.Of(quality));
            yield break;
        }
    }

    /// <summary>What this process takes: /proc/self/status and its descriptors.</summary>
    public static IEnumerable<NamedValue> Self(string proc)
    {
        var lines = Lines(KernelFile.TryRead(Path.Combine(proc, "self", "status"), TableLimit));
        if (Kibibytes(lines, "VmRSS:") is { } resident)
        {
            yield return new("agent_memory", Value.Of(Math.Round(resident / 1024, 1)), "MiB");
        }

        if (Kibibytes(lines, "Threads:") is { } threads)
        {
            yield return new("agent_threads", Value.Of((long)threads));
        }

        var files = KernelFile.Entries(Path.Combine(proc, "self", "fd")).Length;
        if (files > 0)
        {
            yield return new("agent_files", Value.Of((long)files));
        }
    }

    /// <summary>True where the file system that holds <paramref name="path"/> is mounted read-only; null where that is unknown.</summary>
    public static bool? IsReadOnly(string proc, string path)
    {
        (string Point, bool IsReadOnly)? best = null;
        foreach (var line in Lines(KernelFile.TryReadToEnd(Path.Combine(proc, "self", "mounts"), MountsLimit)))
        {
            if (Words(line) is not [_, var escaped, _, var options, ..])
            {
                continue;
            }

            var point = escaped.Replace(@"\040", " ", StringComparison.Ordinal);
            var isAbove = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (isAbove && (best is null || point.Length >= best.Value.Point.Length))
            {
                best = (point, options.Split(',').Contains("ro"));
            }
        }

        return best?.IsReadOnly;
    }

    private static double? Kibibytes(IEnumerable<string> lines, string label)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(label, StringComparison.Ordinal) && Words(line) is [_, var number, ..] && TryNumber(number, out var amount))
            {
                return amount;
            }
        }

        return null;
    }

    private static string[] Lines(string? text) => text?.Split('\n') ?? [];

    private static string[] Words(string? line) => line?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
