using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery.HomeAssistant;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Configuration;

namespace EdgeAgent.Tests.Delivery.HomeAssistant;

public sealed class DiscoveryDocumentTests
{
    [Fact]
    public void It_is_one_device_with_a_component_for_each_value()
    {
        var document = new DiscoveryDocument(
            "pi-boiler", "1.0.0", "pi-boiler/status", [new("boiler_flow", "site1/boiler_flow", IsBare: false, ExpireAfter: 90, IsDiagnostic: false), new("machine", "pi-boiler/machine", IsBare: false, ExpireAfter: 180, IsDiagnostic: true)]);
        var fields = new DiscoveredFields();
        fields.Saw("boiler_flow", [new("value", Value.Of(61.3), "°C")]);
        fields.Saw("machine", [new("load_1m", Value.Of(0.5)), new("os-name", Value.Of("Debian")), new("throttled", Value.Of(false)), new("cpu_temp", Value.Of(48L), "°C")]);

        var written = Encoding.UTF8.GetString(document.Write(document.Components(fields.Snapshot)));

        Assert.Equal(
            """
            {"dev":{"ids":"edgeagent_pi-boiler","name":"pi-boiler","mf":"edgeagent","sw":"1.0.0"},
            "o":{"name":"edgeagent","sw":"1.0.0"},
            "avty":[{"t":"pi-boiler/status","val_tpl":"{{ value_json.state }}"}],
            "cmps":{
            "boiler_flow":{"p":"sensor","uniq_id":"edgeagent_pi-boiler_boiler_flow","name":"boiler_flow","dev_cla":"temperature","unit_of_meas":"°C","stat_cla":"measurement","stat_t":"site1/boiler_flow","val_tpl":"{{ value_json.value }}","exp_aft":90},
            "machine_cpu_temp":{"p":"sensor","uniq_id":"edgeagent_pi-boiler_machine_cpu_temp","name":"machine cpu_temp","dev_cla":"temperature","unit_of_meas":"°C","stat_cla":"measurement","stat_t":"pi-boiler/machine","val_tpl":"{{ value_json.cpu_temp }}","exp_aft":180,"ent_cat":"diagnostic"},
            "machine_load_1m":{"p":"sensor","uniq_id":"edgeagent_pi-boiler_machine_load_1m","name":"machine load_1m","stat_cla":"measurement","stat_t":"pi-boiler/machine","val_tpl":"{{ value_json.load_1m }}","exp_aft":180,"ent_cat":"diagnostic"},
            "machine_os-name":{"p":"sensor","uniq_id":"edgeagent_pi-boiler_machine_os-name","name":"machine os-name","stat_t":"pi-boiler/machine","val_tpl":"{{ value_json['os-name'] }}","exp_aft":180,"ent_cat":"diagnostic"},
            "machine_throttled":{"p":"binary_sensor","uniq_id":"edgeagent_pi-boiler_machine_throttled","name":"machine throttled","stat_t":"pi-boiler/machine","val_tpl":"{{ 'ON' if value_json.throttled else 'OFF' }}","exp_aft":180,"ent_cat":"diagnostic"}},
            "qos":1}
            """.ReplaceLineEndings(string.Empty),
            written);
    }

    [Fact]
    public void A_meter_only_grows_and_a_bare_payload_is_the_value()
    {
        var document = new DiscoveryDocument("pi", "1", "pi/status", [new("meter", "pi/meter", IsBare: true, ExpireAfter: null, IsDiagnostic: false)]);
        var fields = new DiscoveredFields();
        fields.Saw("meter", [new("value", Value.Of(5L), "kWh")]);

        Assert.Equal(
            """{"p":"sensor","uniq_id":"edgeagent_pi_meter","name":"meter","dev_cla":"energy","unit_of_meas":"kWh","stat_cla":"total_increasing","stat_t":"pi/meter","val_tpl":"{{ value }}"}""",
            Assert.Single(document.Components(fields.Snapshot)).Value);
    }

    [Fact]
    public void The_device_is_named_in_the_characters_that_a_discovery_topic_may_have()
    {
        static string Id(string gateway) => new DiscoveryDocument(gateway, "1", "s", []).DeviceId;

        Assert.Equal("edgeagent_pi-1", Id("pi-1"));
        Assert.Matches("^edgeagent_b_ro_[0-9a-f]{4}$", Id("büro"));
        Assert.NotEqual(Id("büro"), Id("bäro"));
    }

    [Fact]
    public void An_announcement_can_be_read_back_and_rubbish_holds_nothing()
    {
        var document = new DiscoveryDocument("pi", "1", "pi/status", [new("a", "pi/a", false, null, false)]);
        var fields = new DiscoveredFields();
        fields.Saw("a", [new("value", Value.Of(1L))]);
        var components = document.Components(fields.Snapshot);

        Assert.Equal(components, DiscoveryDocument.Read(document.Write(components)));
        Assert.True(document.IsConfigured(components["a"]));
        Assert.False(document.IsConfigured(components["a"].Replace("pi/a", "pi/b", StringComparison.Ordinal)));
        foreach (var rubbish in new[] { "", "{", "[]", "7", """{"cmps":3}""", """{"cmps":{"x":1}}""" })
        {
            Assert.Empty(DiscoveryDocument.Read(Encoding.UTF8.GetBytes(rubbish)));
        }
    }

    [Fact]
    public void A_gateway_without_values_is_forgotten() => Assert.Empty(new DiscoveryDocument("pi", "1", "s", []).Write(ImmutableSortedDictionary<string, string>.Empty));

    [Theory]
    [InlineData("interval: 30s", 90)]
    [InlineData("interval: 100ms", 3)]
    [InlineData("interval: 10s, aggregate: {every: 5m}", 900)]
    [InlineData("interval: 10s, deadband: 0.5", 1800)]
    [InlineData("interval: 10s, deadband: 0.5, heartbeat: 0s", null)]
    public void A_value_expires_after_three_times_the_longest_silence(string keys, int? seconds) =>
        Assert.Equal(seconds, AnnouncedSensor.Of(Read($"{{id: a, type: file, path: /x, {keys}}}").Sensors[0])!.ExpireAfter);

    [Fact]
    public void A_source_that_speaks_when_it_likes_never_expires() =>
        Assert.Null(AnnouncedSensor.Of(Read("{id: a, type: execd, command: [/bin/true]}").Sensors[0])!.ExpireAfter);

    [Fact]
    public void With_discovery_the_backlog_has_a_topic_of_its_own()
    {
        Assert.Equal("pi/a/history", Read("{id: a, type: file, path: /x}").Sensors[0].HistoryTopic);
        Assert.Equal("old/a", Read("{id: a, type: file, path: /x, history_topic: \"old/{sensor}\"}").Sensors[0].HistoryTopic);
    }

    [Fact]
    public void A_history_topic_that_is_the_state_topic_is_refused_and_an_unreadable_format_is_told()
    {
        var refused = ReadText(Text("{id: a, type: file, path: /x, history_topic: \"{topic}\"}"));
        var told = ReadText(Text("{id: a, type: file, path: /x, format: influx}"));

        Assert.Contains(refused.Problems, problem => problem.Severity == Severity.Error && problem.Message.Contains("own topic", StringComparison.Ordinal));
        Assert.Contains(told.Problems, problem => problem.Severity == Severity.Warning && problem.Message.Contains("not announced", StringComparison.Ordinal));
        Assert.Null(AnnouncedSensor.Of(told.Config!.Sensors[0]));
    }

    [Fact]
    public void A_value_seen_before_is_no_news_and_a_changed_unit_is()
    {
        var fields = new DiscoveredFields();
        var news = 0;
        fields.Changed = () => news++;

        fields.Saw("a", [new("x", Value.Of(1L), "V")]);
        fields.Saw("a", [new("x", Value.Of(2.5), "V")]);
        fields.Saw("a", [new("x", default, "V")]);
        Assert.Equal(1, news);

        fields.Saw("a", [new("x", Value.Of(1L), "mV")]);
        Assert.Equal((2, "mV"), (news, Assert.Single(fields.Snapshot["a"]).Unit));
    }

    [Fact]
    public void Values_seen_before_and_after_a_renaming_are_announced_under_the_new_names()
    {
        var document = new DiscoveryDocument("pi", "1", "s", [new("a", "pi/a", false, null, false), new("b", "pi/b", false, null, false), new("c", "pi/c", false, null, false)]);
        var fields = new DiscoveredFields();
        fields.Saw("a", [new("value", Value.Of(1L))]);
        fields.Saw("b", [new("time", Value.Of(1L))]);

        fields.Names = new() { Time = "time", Value = "v" };
        fields.Saw("c", [new("value", Value.Of(true))]);

        Assert.Equal(
            ["{{ value_json.v }}", "{{ value_json.time_ }}", "{{ 'ON' if value_json.v else 'OFF' }}"],
            document.Components(fields.Snapshot).Values.Select(component => JsonDocument.Parse(component).RootElement.GetProperty("val_tpl").GetString()));
    }

    [Fact]
    public void A_script_that_prints_other_names_every_time_fills_nothing()
    {
        var fields = new DiscoveredFields();
        for (var i = 0; i < 1000; i++)
        {
            fields.Saw("a", [new($"x{i}", Value.Of(1L))]);
        }

        Assert.Equal(64, fields.Snapshot["a"].Length);
    }

    private static string Text(string sensor) => $"gateway: pi\nhome_assistant: {{discovery: true}}\nsensors:\n  - {sensor}\n";

    private static AgentConfig Read(string sensor) => ReadText(Text(sensor)).Config!;

    private static ConfigReading ReadText(string text)
    {
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", text);
        return ConfigReader.Read(folder.Main, ConfigSchema.Full, folder.Environment);
    }
}
