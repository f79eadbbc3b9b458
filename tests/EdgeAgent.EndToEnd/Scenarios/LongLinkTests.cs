using EdgeAgent.EndToEnd.Harness;
using EdgeAgent.EndToEnd.Links;
using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The scenarios of <see cref="LinkTests"/> at full length: <c>./dev torture</c> runs them.</summary>
[Trait("Category", "Torture")]
public sealed class LongLinkTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task A_hundred_thousand_messages_over_a_slow_link_leave_fresh_readings_fresh()
    {
        Torture.SkipUnlessAsked();
        var figures = await new SlowLink(_folder).MeasureAsync(backlog: 100_000, patience: TimeSpan.FromMinutes(20));
        output.WriteLine(figures.ToString());

        Assert.True(figures.Live95 <= 2 * figures.IdleRoundTrip && figures.Used >= 0.9, figures.ToString());
    }

    [SkippableFact]
    public async Task Two_minutes_of_flapping_every_second_lose_nothing_and_make_no_dead_letter()
    {
        Torture.SkipUnlessAsked();
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await new FlappingLink(_folder, seed).EndureAsync(backlog: 20_000, faults: 60, TimeSpan.FromSeconds(1));
    }

    public void Dispose() => _folder.Dispose();
}
