using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What Home Assistant would see of the published agent at a real mosquitto.</summary>
public sealed partial class HomeAssistantTests : IDisposable
{
    private const string Topic = "homeassistant/device/edgeagent_test/config ";
    private const string Flow =
        """
        "flow":{"p":"sensor","uniq_id":"edgeagent_test_flow","name":"flow","dev_cla":"temperature","unit_of_meas":"°C","stat_cla":"measurement","stat_t":"test/flow","val_tpl":"{{ value_json.value }}","exp_aft":3}
        """;

    private const string Meter =
        """
        "meter":{"p":"sensor","uniq_id":"edgeagent_test_meter","name":"meter","dev_cla":"energy","unit_of_meas":"kWh","stat_cla":"total_increasing","stat_t":"test/meter","val_tpl":"{{ value_json.value }}","exp_aft":3}
        """;

    private const string Availability = """
        "avty":[{"t":"test/status","val_tpl":"{{ value_json.state }}"}],
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_value_is_announced_again_after_home_assistants_start_and_goes_with_its_sensor()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var value = _folder.Write("value", "21.5\n");
        var flow = $"{{id: flow, type: file, path: {value}, interval: 100ms, unit: °C}}";
        var meter = $"{{id: meter, type: file, path: {value}, interval: 100ms, unit: kWh}}";
        await using (var agent = await StartAsync(broker, flow, meter))
        {
            await subscriber.Others.WhenAnyAsync(line => line.StartsWith(Topic, StringComparison.Ordinal), "the announcement");
            Assert.EndsWith(Availability + "\"cmps\":{" + Flow + "," + Meter + "},\"qos\":1}", Announcements(subscriber)[^1], StringComparison.Ordinal);

            await broker.PublishAsync("homeassistant/status", "online");
            await subscriber.Others.WhenAsync(all => all.Count(line => line.StartsWith(Topic, StringComparison.Ordinal)) == 2, "the announcement again");
            Assert.Equal(0, await agent.TerminateAsync());
        }

        await using (await StartAsync(broker, flow))
        {
            await subscriber.Others.WhenAsync(all => all.Count(line => line.StartsWith(Topic, StringComparison.Ordinal)) == 4, "the removal");
        }

        var announcements = Announcements(subscriber);
        Assert.Equal(announcements[0], announcements[1]);
        Assert.EndsWith(Availability + "\"cmps\":{" + Flow + ",\"meter\":{\"p\":\"sensor\"}},\"qos\":1}", announcements[2], StringComparison.Ordinal);
        Assert.EndsWith(Availability + "\"cmps\":{" + Flow + "},\"qos\":1}", announcements[3], StringComparison.Ordinal);
        Assert.Equal(announcements[3], await RetainedAsync(broker));
    }

    [Fact]
    public async Task A_reload_that_renames_the_keys_of_the_payloads_is_announced_and_the_next_reading_has_them()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var value = _folder.Write("value", "21.5\n");
        var flow = $"{{id: flow, type: file, path: {value}, interval: 100ms, unit: °C}}";
        await using var agent = await StartAsync(broker, flow);
        await subscriber.Others.WhenAnyAsync(line => line.StartsWith(Topic, StringComparison.Ordinal), "the announcement");

        _folder.Write("edgeagent.yaml", "publish: {json_keys: {ts: time, value: v, unit: u, id: message}}\n" + await File.ReadAllTextAsync(_folder["edgeagent.yaml"]));
        agent.Send(ProcessSignal.Hangup);

        var renamed = Flow.Replace("value_json.value", "value_json.v", StringComparison.Ordinal);
        await subscriber.Others.WhenAnyAsync(line => line.StartsWith(Topic, StringComparison.Ordinal) && line.EndsWith($"\"cmps\":{{{renamed}}},\"qos\":1}}", StringComparison.Ordinal), "the announcement of the new names");
        await subscriber.Others.WhenAnyAsync(line => NewReading().IsMatch(line), "a reading with the new names");
    }

    [Fact]
    public async Task The_backlog_never_comes_on_a_state_topic()
    {
        await using var broker = await Mosquitto.StartAsync(_folder);
        await using var subscriber = await Subscriber.StartAsync(broker);
        var counter = new CountingSensor(_folder, "counter", "50ms");
        await using var agent = await StartAsync(broker, counter.Yaml);
        await subscriber.WhenValuesAsync("test/counter", 1, 3);

        await broker.StopAsync();
        await agent.WhenAsync(status => status.Queue.Depth >= 40, "a backlog");
        await broker.StartAsync();
        await subscriber.Deliveries.WhenAsync(all => all.Count(delivery => delivery.Historical) >= 35, "the backlog");

        var deliveries = subscriber.Deliveries.ToArray();
        Assert.All(deliveries, delivery => Assert.Equal(delivery.Historical ? "test/counter/history" : "test/counter", delivery.Topic));
        var states = deliveries.Where(delivery => !delivery.Historical).DistinctBy(delivery => delivery.Id).Select(delivery => delivery.Taken).ToArray();
        Assert.Equal(states.Order(), states);
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("""^test/flow \{"time":"[^"]{24}","v":21\.5,"u":"°C","message":"[0-9a-f]+-[0-9]+"(,"clock":"unsynced")?\}$""")]
    private static partial Regex NewReading();

    private static string[] Announcements(Subscriber subscriber) =>
        [.. subscriber.Others.ToArray().Where(line => line.StartsWith(Topic, StringComparison.Ordinal)).Select(line => line[Topic.Length..])];

    private static async Task<string> RetainedAsync(Mosquitto broker)
    {
        var retained = await ChildProcess.RunAsync("mosquitto_sub", "-h", "127.0.0.1", "-p", $"{broker.Port}", "-t", Topic.TrimEnd(), "-C", "1", "--retained-only", "-W", "20");
        using var document = JsonDocument.Parse(retained.Output);
        return retained.Output;
    }

    private Task<AgentProcess> StartAsync(Mosquitto broker, params string[] sensors) =>
        AgentProcess.StartAsync(_folder, "home_assistant: {discovery: true}\n" + Configuration.Of(_folder, broker.Url, sensors));
}
