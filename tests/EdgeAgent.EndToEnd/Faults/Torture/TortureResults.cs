using System.Globalization;
using System.Runtime.InteropServices;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults.Torture;

/// <summary>The tables in docs/proofs.md: one row for each run, the last column counts all runs together.</summary>
internal static class TortureResults
{
    private static string Path { get; } = Repository.PathOf("docs/proofs.md");

    /// <summary>Adds a row to the table above the comment that bears its name.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="count">How many faults there were.</param>
    /// <param name="figures">What is between the count and the running total.</param>
    public static void Add(string table, int seed, int count, params object[] figures)
    {
        var lines = File.ReadAllLines(Path).ToList();
        var end = lines.IndexOf($"<!-- {table} -->");
        var before = long.TryParse(lines[end - 1].Split('|', StringSplitOptions.TrimEntries)[^2], CultureInfo.InvariantCulture, out var total) ? total : 0;
        var date = TimeProvider.System.GetUtcNow();
        var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}";
        object[] cells = [date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), machine, seed, count, .. figures, before + count];
        lines.Insert(end, $"| {string.Join(" | ", cells.Select(static cell => Convert.ToString(cell, CultureInfo.InvariantCulture)))} |");
        File.WriteAllLines(Path, lines);
    }
}
