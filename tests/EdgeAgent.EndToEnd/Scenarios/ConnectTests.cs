using System.Text.Json;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary><c>edgeagent connect</c> beside a running agent; every step that may fail is in the unit tests.</summary>
public sealed class ConnectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_broker_of_the_configuration_is_tried_and_the_running_agent_keeps_its_connection()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        var closed = LoopbackPort.Next();
        var configuration = Configuration.Of(_folder, broker.Url, [])
            .Replace($"url: \"{broker.Url}\"", $"urls: [\"{broker.Url}\", \"mqtt://127.0.0.1:{closed}\"]\n  client_id: cellar\n  username: pi\n  password: geheim", StringComparison.Ordinal);
        await using var agent = await AgentProcess.StartAsync(_folder, configuration);
        await agent.WhenAsync(status => status.Broker.State == "connected", "the broker");
        await using var subscriber = await Subscriber.StartAsync(broker);

        var text = await ChildProcess.RunAsync(AgentProcess.Binary, "connect", "--config", _folder["edgeagent.yaml"], "--publish", "test/trial");
        var json = await ChildProcess.RunAsync(AgentProcess.Binary, "connect", "--config", _folder["edgeagent.yaml"], "--json");

        Assert.Equal((69, 69), (text.ExitCode, json.ExitCode));
        Assert.Matches(@"(?m)^mqtt://127\.0\.0\.1:[0-9]+ as client 'cellar-connect-[0-9a-f]{4}', user 'pi' with its password$", text.Output);
        Assert.Matches(@"(?m)^  publish     ok      'test/trial' acknowledged \([0-9.]+ ms\)$", text.Output);
        Assert.Contains($"127.0.0.1:{closed} refused the connection", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", text.Output + text.Errors + json.Output + json.Errors, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json.Output);
        var brokers = document.RootElement.GetProperty("brokers").EnumerateArray().ToArray();
        Assert.Equal([true, false], brokers.Select(one => one.GetProperty("ok").GetBoolean()));
        Assert.Equal(["name", "tcp", "mqtt", "round trip"], brokers[0].GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("step").GetString()));

        await subscriber.Others.WhenAnyAsync(message => message == """test/trial {"test":"edgeagent connect"}""", "the message of the trial");
        Assert.Equal(1, (await agent.StatusAsync())!.Broker.Connections);
        Assert.DoesNotContain(broker.Log.ToArray(), line => line.Contains("already connected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_url_alone_is_sent_nothing_of_the_configuration()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        var (exitCode, output, errors) = await ChildProcess.RunAsync(AgentProcess.Binary, "connect", broker.Url);
        Assert.True(exitCode == 0, errors);
        Assert.Contains("without a user name", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "user and password do not belong into the URL", "mqtt://pi:geheim@host")]
    [InlineData(64, "without wildcards", "mqtt://host", "--publish", "a/#")]
    [InlineData(64, "a duration such as", "mqtt://host", "--timeout", "5")]
    [InlineData(78, "there is no such file", "--config", "/nonexistent/edgeagent.yaml")]
    public async Task What_cannot_be_tried_says_why(int expected, string words, params string[] arguments)
    {
        var (exitCode, output, errors) = await ChildProcess.RunAsync(AgentProcess.Binary, ["connect", .. arguments]);
        Assert.Equal(expected, exitCode);
        Assert.Empty(output);
        Assert.Contains(words, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_without_a_broker_says_what_to_set()
    {
        _folder.Write("edgeagent.yaml", $"queue: {{path: \"{_folder["queue.db"]}\"}}\n");
        var (exitCode, _, errors) = await ChildProcess.RunAsync(AgentProcess.Binary, "connect", "--config", _folder["edgeagent.yaml"]);
        Assert.Equal(78, exitCode);
        Assert.Contains("set broker.url there", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
