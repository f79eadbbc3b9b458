using EdgeAgent.EndToEnd.Harness;
using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>The published agent is killed, at any moment. <c>./dev torture kills</c> goes on where this stops.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Fifty_kills_lose_no_reading_that_was_accepted_and_repeat_only_what_was_in_flight_or_just_acknowledged()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await Mosquitto.StartAsync(folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var kills = new Kills(folder, broker, subscriber, Random.Shared.Next());
        await kills.RunAsync(50, CancellationToken.None);

        output.WriteLine($"{kills.Totals}");
        Assert.True(kills.Broken.Count == 0, string.Join('\n', kills.Broken));
        Assert.True(kills.Totals.Read > 200, $"{kills.Totals}");
    }
}
