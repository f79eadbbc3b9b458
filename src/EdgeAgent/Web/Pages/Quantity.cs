using System.Globalization;

namespace EdgeAgent.Web.Pages;

/// <summary>Numbers as people read them: few digits, a unit, thousands set apart.</summary>
internal static class Quantity
{
    private static readonly NumberFormatInfo Grouped = new() { NumberGroupSeparator = "\u202F", NumberGroupSizes = [3] };

    public static string Count(long count) => count.ToString("#,0", Grouped);

    /// <summary>At most three digits that matter.</summary>
    public static string Number(double number) => Math.Abs(number) switch
    {
        >= 1000 => number.ToString("#,0", Grouped),
        >= 100 => number.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.ToString("0.##", CultureInfo.InvariantCulture),
    };

    public static string Milliseconds(double milliseconds) => milliseconds >= 1000 ? $"{Number(milliseconds / 1000)} s" : $"{Number(milliseconds)} ms";

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{Number(bytes / (double)(1L << 30))} GiB",
        >= 1L << 20 => $"{Number(bytes / (double)(1L << 20))} MiB",
        >= 1L << 10 => $"{Number(bytes / (double)(1L << 10))} KiB",
        _ => $"{bytes} B",
    };

    /// <summary>The two largest units: 2 h 13 min.</summary>
    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time switch
        {
            { TotalDays: >= 1 } => Two(time.Days, "d", time.Hours, "h"),
            { TotalHours: >= 1 } => Two(time.Hours, "h", time.Minutes, "min"),
            { TotalMinutes: >= 10 } => $"{time.Minutes} min",
            { TotalMinutes: >= 1 } => Two(time.Minutes, "min", time.Seconds, "s"),
            { TotalSeconds: >= 10 } => $"{time.Seconds} s",
            _ => $"{Number(Math.Round(seconds, 1))} s",
        };
    }

    public static string Days(double days) => days switch
    {
        >= 3650 => "more than 10 years",
        >= 730 => $"{Number(Math.Round(days / 365, 1))} years",
        >= 10 => $"{days:0} days",
        _ => Duration(days * 86_400),
    };

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
