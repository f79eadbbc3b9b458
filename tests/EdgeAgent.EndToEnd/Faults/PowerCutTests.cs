using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>Tests that hold the queue to a time, and so run alone.</summary>
[CollectionDefinition(nameof(OnTimeTests), DisableParallelization = true)]
public sealed class OnTimeTests;

/// <summary>The power goes, at any moment. <c>./dev torture cuts</c> goes on where this stops.</summary>
[Collection(nameof(OnTimeTests))]
public sealed class PowerCutTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Sixty_power_cuts_lose_nothing_that_was_accepted_but_within_the_loss_window()
    {
        var (disk, obstacle) = await CuttableDisk.TryMakeAsync(mebibytes: 48);
        Skip.If(disk is null, obstacle);
        await using (disk)
        {
            var cuts = new PowerCuts(disk, Random.Shared.Next());
            await cuts.RunAsync(60, CancellationToken.None);

            output.WriteLine($"{cuts.Totals}");
            Assert.True(cuts.Broken.Count == 0, string.Join('\n', cuts.Broken));
            Assert.True(cuts.Totals.Accepted > 1_000, $"{cuts.Totals}");
        }
    }
}
