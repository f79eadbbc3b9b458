using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>A broker that takes publishes and never says so.</summary>
public sealed class UnacknowledgedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task A_message_that_was_never_acknowledged_is_sent_again_after_reconnecting_with_the_same_id(string protocol)
    {
        await using var broker = new SilentBroker(acknowledges: publish => publish.Connection > 1 || publish.Topic != "test/swallowed");
        var value = _folder.Write("value", "1\n");
        await using var agent = await AgentProcess.StartAsync(
            _folder,
            Configuration.Of(
                _folder,
                broker.Url,
                [$"{{id: swallowed, type: file, path: {value}, interval: 50ms}}", $"{{id: answered, type: file, path: {value}, interval: 50ms}}"],
                protocol: protocol));

        await broker.Publishes.WhenAsync(all => all.Count(publish => publish.Topic == "test/swallowed") >= 20, "20 unanswered publishes");
        var lost = broker.Publishes.ToArray();
        var swallowed = Ids(lost, "test/swallowed");
        var answered = Ids(lost, "test/answered");
        await agent.WhenAsync(status => status.Queue.Acknowledged >= answered.Length, "the answers to be taken");
        broker.Cut();

        await broker.Publishes.WhenAsync(
            all => !swallowed.Except(all.Where(publish => publish.Connection == 2).Select(publish => publish.Id)).Any(), "the same ids again");
        await agent.WhenAsync(status => status.Queue.Acknowledged >= lost.Length && status.Queue.Depth < 20, "everything to be acknowledged");
        var second = broker.Publishes.ToArray().Where(publish => publish.Connection == 2).ToArray();

        Assert.All(swallowed, Assert.NotNull);

        // A new connection is a clean one: publishes start afresh (MQTT 5.0, 4.4), and what was acknowledged stays away.
        Assert.DoesNotContain(second, publish => publish.Duplicate);
        Assert.Empty(answered.Intersect(Ids(second, "test/answered")));
    }

    public void Dispose() => _folder.Dispose();

    private static string?[] Ids(IEnumerable<SeenPublish> publishes, string topic) =>
        [.. publishes.Where(publish => publish.Topic == topic).Select(publish => publish.Id).Distinct()];
}
