using System.Globalization;

namespace EdgeAgent.Commands;

/// <summary>Quantities and foreign text as a person reads them in a terminal. Pure.</summary>
internal static class Quantity
{
    /// <summary>Two units at most: <c>0.2 s</c>, <c>45 s</c>, <c>2 min 13 s</c>, <c>3 h 5 min</c>, <c>12 d 4 h</c>.</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 10)
        {
            return Invariant($"{Math.Max(0, seconds):0.#} s");
        }

        var whole = (long)Math.Min(seconds, long.MaxValue / 2);
        (long Size, string Name)[] units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
        var first = Array.FindIndex(units, unit => whole >= unit.Size);
        var rest = whole % units[first].Size;
        var second = first + 1 < units.Length ? rest / units[first + 1].Size : 0;
        return Invariant($"{whole / units[first].Size} {units[first].Name}") + (second > 0 ? Invariant($" {second} {units[first + 1].Name}") : "");
    }

    /// <summary>Powers of 1024: <c>512 B</c>, <c>1.5 KiB</c>, <c>512 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; Math.Abs(size) >= 1024 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return size < 100 && unit > 0 ? Invariant($"{size:0.#} {units[unit]}") : Invariant($"{size:0} {units[unit]}");
    }

    /// <summary>A whole number in groups of three: <c>41 200</c>.</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    /// <summary>With what it counts: <c>1 message</c>, <c>41 200 messages</c>.</summary>
    public static string Count(long number, string one) => $"{Count(number)} {one}{(number == 1 ? "" : "s")}";

    /// <summary>A time to the second, UTC.</summary>
    public static string Time(DateTimeOffset time) => Invariant($"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");

    /// <summary>Text from a sensor or a broker, without what could steer the terminal, and no longer than <paramref name="longest"/>.</summary>
    public static string Plain(string text, int longest = 400)
    {
        var plain = string.Concat(text.Select(static character => char.IsControl(character) || character is >= '\u200b' and <= '\u202e' ? '?' : character));
        return plain.Length > longest ? plain[..(longest - 1)] + "…" : plain;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
