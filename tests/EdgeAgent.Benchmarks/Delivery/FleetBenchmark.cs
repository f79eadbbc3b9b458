using System.Globalization;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// Two hundred gateways lose one broker at one moment and come back to it, each with a backlog: how hard that hits the broker, with the
/// waits spread by chance and without.
/// </summary>
internal static class FleetBenchmark
{
    private const int Members = 200;
    private const int Readings = 200;

    /// <summary>Measures, and writes a table in Markdown.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        using var yardstick = new Yardstick();
        await output.WriteLineAsync($"| {Members} gateways, {Readings} readings each | connections, busiest 100 ms | busiest second | messages, busiest 100 ms | busiest second | all delivered after, s |");
        await output.WriteLineAsync("|---|---|---|---|---|---|");
        foreach (var (name, random) in new (string, Func<double>?)[] { ("spread by chance", null), ("all alike", () => 0.999) })
        {
            var result = await new FleetRun(yardstick, Members, Readings, random).RunAsync();
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Busiest(result.Connections, 0.1)} | {Busiest(result.Connections, 1)} | {Busiest(result.Messages, 0.1)} | {Busiest(result.Messages, 1)} | {result.Seconds:0.0} |"));
        }

        return 0;
    }

    /// <summary>How many of these moments, in seconds, fall at most into one stretch of that length.</summary>
    private static int Busiest(double[] moments, double seconds)
    {
        Array.Sort(moments);
        var most = 0;
        for (int first = 0, next = 0; first < moments.Length; first++)
        {
            while (next < moments.Length && moments[next] < moments[first] + seconds)
            {
                next++;
            }

            most = Math.Max(most, next - first);
        }

        return most;
    }
}
