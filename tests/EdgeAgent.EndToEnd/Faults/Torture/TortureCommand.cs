using System.Globalization;
using System.Runtime.InteropServices;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults.Torture;

/// <summary>
/// <c>./dev torture cuts|kills N [SEED]</c>: goes on where the tests stop, and adds what came of it to the totals in docs/proofs.md. Ends early on SIGINT and
/// SIGTERM, with what it has.
/// </summary>
internal static class TortureCommand
{
    /// <summary>So many faults meet one queue file, then a new one is begun: what is remembered of each message stays within bounds.</summary>
    private const int Round = 100;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var kind, var count, .. var rest] || !int.TryParse(count, CultureInfo.InvariantCulture, out var faults) || kind is not ("cuts" or "kills"))
        {
            await Console.Error.WriteLineAsync("usage: torture cuts|kills COUNT [SEED]");
            return 64;
        }

        var seed = rest is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return kind == "cuts" ? await CutAsync(faults, seed, stop.Token) : await KillAsync(faults, seed, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> CutAsync(int count, int seed, CancellationToken stop)
    {
        var totals = CutTotals.Zero;
        var broken = new List<string>();
        for (var round = 0; totals.Cuts < count && broken.Count == 0 && !stop.IsCancellationRequested; round++)
        {
            var (disk, obstacle) = await CuttableDisk.TryMakeAsync(mebibytes: 48);
            if (disk is null)
            {
                await Console.Error.WriteLineAsync($"torture: {obstacle}");
                return 1;
            }

            await using (disk)
            {
                var cuts = new PowerCuts(disk, seed + round);
                await cuts.RunAsync(Math.Min(Round, count - totals.Cuts), stop);
                totals += cuts.Totals;
                broken.AddRange(cuts.Broken);
                Console.WriteLine($"seed {seed + round}: {totals}");
            }
        }

        broken.ForEach(Console.WriteLine);
        TortureResults.Add("cuts", seed, totals.Cuts, totals.Accepted, totals.Lost, totals.LostWithin, $"{totals.WorstLoss.TotalSeconds:0.00} s");
        return broken.Count == 0 ? 0 : 1;
    }

    private static async Task<int> KillAsync(int count, int seed, CancellationToken stop)
    {
        var totals = new KillTotals(0, 0, 0, 0);
        var broken = new List<string>();
        for (var round = 0; totals.Kills < count && broken.Count == 0 && !stop.IsCancellationRequested; round++)
        {
            using var folder = new TemporaryFolder();
            await using var broker = await Mosquitto.StartAsync(folder);
            await using var subscriber = await Subscriber.StartAsync(broker);
            var kills = new Kills(folder, broker, subscriber, seed + round);
            await kills.RunAsync(Math.Min(Round, count - totals.Kills), stop);
            totals += kills.Totals;
            broken.AddRange(kills.Broken);
            Console.WriteLine($"seed {seed + round}: {totals}");
        }

        broken.ForEach(Console.WriteLine);
        TortureResults.Add("kills", seed, totals.Kills, totals.Read, totals.Lost, totals.Duplicates);
        return broken.Count == 0 ? 0 : 1;
    }
}
