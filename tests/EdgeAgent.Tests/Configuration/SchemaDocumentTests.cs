using System.Text.Json.Nodes;
using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

public sealed class SchemaDocumentTests
{
    private const string File = "config/edgeagent.schema.json";

    private static readonly JsonObject Schema = SchemaDocument.Build(SampleKinds.Schema);

    /// <summary>With APPROVE=1 in the environment the file is written anew.</summary>
    [Fact]
    public void The_shipped_schema_is_that_of_the_keys()
    {
        var text = SchemaDocument.Write(ConfigSchema.Full);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            System.IO.File.WriteAllText(RepositoryFile.PathOf(File), text);
        }

        Assert.True(RepositoryFile.Read(File) == text, $"{File} is not that of the keys: run this test once with APPROVE=1 in the environment, and commit the file");
    }

    [Theory]
    [InlineData("")]
    [InlineData("broker:\nqueue:\nsensors:\n")]
    [InlineData("gateway: 7\nbroker: {url: mqtt://host, username: 3.10, password: yes, protocol: 5.0, backoff: {max: 1h30m}}\n")]
    [InlineData("broker: {url: \"mqtt://${HOST}:1883\", keep_alive: \"${ALIVE:-10s}\", client_id: 007}\n")]
    [InlineData("broker: {urls: [mqtts://a, mqtt://b:1884], tls: {ca_file: /x.pem, server_name: 7}}\n")]
    [InlineData("queue: {loss_window: 0, keep_free: 0, max_size: 1.5GiB, when_full: drop_oldest, path: /x}\n")]
    [InlineData("delivery: {rate: 50/s, max_in_flight: 10, order: oldest_first}\nclock: {trust_rtc: true}\n")]
    [InlineData("delivery: {rate: unlimited, max_in_flight: \"${N:-7}\"}\nstatus: {topic: a/b}\n")]
    [InlineData("publish: {topic: \"{gateway}/x\", format: json, retain: true}\n")]
    [InlineData("sensors:\n- {id: a, type: system, interval: 50ms, unit: °C, priority: high}\n- {id: b, type: file, path: /x, scale: 0.001, min: -3}\n")]
    [InlineData("sensors:\n- {id: b, type: exec, command: [a, 1, -x], pattern: 'a+', env: {A: 1, B: c}}\n")]
    [InlineData("sensors:\n- {id: m, type: modbus, unit_id: 3, registers: [{name: a, address: 16}]}\n")]
    public void What_the_reader_takes_an_editor_takes(string yaml)
    {
        using var folder = new ConfigFolder();
        folder.Set("HOST", "broker");
        var reading = folder.Read(yaml);

        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));
        Assert.Equal([], SchemaCheck.Problems(Schema, EditorYaml.Read(yaml)));
    }

    [Theory]
    [InlineData("brokr: {url: mqtt://host}\n")]
    [InlineData("broker: {url: mqtt://host, colour: blue}\n")]
    [InlineData("broker: {url: tcp://host}\n")]
    [InlineData("broker: {url: mqtt://host, keep_alive: 30}\n")]
    [InlineData("broker: {url: mqtt://host, keep_alive: 30sec}\n")]
    [InlineData("broker: {url: mqtt://host, protocol: 4}\n")]
    [InlineData("broker: mqtt://host\n")]
    [InlineData("queue: {max_size: 512}\n")]
    [InlineData("queue: {path: x.db}\n")]
    [InlineData("queue: {when_full: discard}\n")]
    [InlineData("delivery: {max_in_flight: 0}\n")]
    [InlineData("delivery: {max_in_flight: many}\n")]
    [InlineData("delivery: {rate: 50}\n")]
    [InlineData("clock: {trust_rtc: 1}\n")]
    [InlineData("publish: {topic: a/#}\n")]
    [InlineData("sensors: {id: a, type: system}\n")]
    [InlineData("sensors:\n- {type: system}\n")]
    [InlineData("sensors:\n- {id: a}\n")]
    [InlineData("sensors:\n- {id: A, type: system}\n")]
    [InlineData("sensors:\n- {id: a, type: systen}\n")]
    [InlineData("sensors:\n- {id: a, type: system, path: /x}\n")]
    [InlineData("sensors:\n- {id: a, type: file}\n")]
    [InlineData("sensors:\n- {id: a, type: exec, command: []}\n")]
    [InlineData("sensors:\n- {id: a, type: modbus, registers: [{name: a}]}\n")]
    [InlineData("sensors:\n- {id: a, type: modbus, registers: [{name: a, address: 70000}]}\n")]
    public void What_the_reader_refuses_an_editor_refuses(string yaml)
    {
        Assert.Contains(ConfigFolder.Problems(yaml), line => line.Contains(" error: ", StringComparison.Ordinal));
        Assert.NotEmpty(SchemaCheck.Problems(Schema, EditorYaml.Read(yaml)));
    }
}
