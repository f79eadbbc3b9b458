using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>What <c>./dev demo</c> runs: the main job, on this machine's own sensors, with a broker that goes away and comes back.</summary>
internal static class DemoCommand
{
    /// <summary>Exits with 0 only if every reading that was taken has arrived.</summary>
    public static async Task<int> RunAsync()
    {
        var screen = Screen.Create();
        using var folder = new TemporaryFolder();
        try
        {
            await using var demonstration = await Demonstration.PrepareAsync(folder);
            await screen.ShowAsync(demonstration.PlayAsync());
            var summary = demonstration.Summarize();
            Console.WriteLine(summary);
            return summary.IsComplete ? 0 : 1;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"demo: {failure.Message}");
            return 1;
        }
    }
}
