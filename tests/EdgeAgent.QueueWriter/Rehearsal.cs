
namespace EdgeAgent.QueueWriter;

/// <summary>
/// Uses a queue in a folder of its own before the one that counts, so that the code is compiled, and the faults of a run of milliseconds meet the
/// queue at work and not the compiler.
/// </summary>
internal static class Rehearsal
{
    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("edgeagent-rehearsal-");
        try
        {
            var order = new Order(Path.Combine(folder.FullName, "queue.db"), TimeSpan.Zero, First: 1, Seed: 1, Work.FillAndDrain);
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(60), TimeProvider.System);
            await Writing.RunAsync(order.Open().Queue!, order, new Report(Stream.Null), stop.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
