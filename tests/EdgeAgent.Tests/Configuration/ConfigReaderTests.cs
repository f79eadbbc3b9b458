using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Configuration;

public sealed class ConfigReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing\n")]
    [InlineData("broker:\nqueue:\n")]
    public void A_file_that_says_nothing_gives_the_defaults(string text)
    {
        var config = ConfigFolder.ReadGood(text);

        Assert.Equal("pi", config.Gateway);
        Assert.Null(config.Broker);
        Assert.Equal(
            new QueueConfig
            {
                Path = "/var/lib/edgeagent/queue.db",
                LossWindow = TimeSpan.FromSeconds(1),
                MaxSize = 512 << 20,
                MaxAge = TimeSpan.FromDays(30),
                WhenFull = WhenFull.Thin,
                KeepFree = 200 << 20,
            },
            config.Queue);
        Assert.Equal(new ClockConfig(TrustRtc: false), config.Clock);
        Assert.Equal(new DeliveryConfig { Order = DeliveryOrder.LiveFirst, MaxInFlight = 100, Rate = null }, config.Delivery);
        Assert.Equal(new StatusConfig("pi/status", new(System.Net.IPAddress.Loopback, 8377), null), config.Status);
        Assert.Empty(config.Sensors);
    }

    [Fact]
    public void What_is_missing_as_a_whole_is_a_warning() => Assert.Equal(
        [
            "edgeagent.yaml: warning: no broker is set: readings are kept in the queue until there is one (set broker.url, such as mqtt://broker.example.com:1883)",
            "edgeagent.yaml: warning: there are no sensors: nothing is read (edgeagent discover lists what is connected, to be added under sensors:   kinds: system, file, exec, modbus)",
        ],
        ConfigFolder.Problems(""));

    [Fact]
    public void Every_key_of_the_broker_is_read()
    {
        var broker = ConfigFolder.ReadGood("""
            broker:
              url: mqtt://broker.example.com:1884
              client_id: 007
              username: no
              password: 3.10
              protocol: 3.1.1
              keep_alive: 1m
              backoff: {initial: 500ms, max: 10m}
            """).Broker;

        Assert.NotNull(broker);
        Assert.Equal(new BrokerAddress("broker.example.com", 1884, Tls: false), Assert.Single(broker.Addresses));
        Assert.Equal(("007", "no", "3.10"), (broker.ClientId, broker.Username, broker.Password?.Reveal()));
        Assert.Equal(ProtocolChoice.V311, broker.Protocol);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10)), (broker.KeepAlive, broker.BackoffInitial, broker.BackoffMaximum));
    }

    [Fact]
    public void Several_brokers_and_tls_are_read()
    {
        using var folder = new ConfigFolder();
        folder.Write("key.pem", "");
        var broker = ConfigFolder.ReadGood($$"""
            broker:
              urls: [mqtts://one.example.com, "mqtt://[::1]:1884"]
              tls: {ca_file: /no/ca.pem, cert_file: {{folder["key.pem"]}}, key_file: {{folder["key.pem"]}}, server_name: x.example.com, alpn: mqtt}
            """).Broker!;

        Assert.Equal("mqtts://one.example.com:8883 mqtt://[::1]:1884", string.Join(' ', broker.Addresses));
        Assert.Equal(
            new TlsConfig { CaFile = "/no/ca.pem", CertFile = folder["key.pem"], KeyFile = folder["key.pem"], ServerName = "x.example.com", Alpn = "mqtt" },
            broker.Tls);
    }

    [Fact]
    public void What_will_not_help_tls_is_a_warning()
    {
        using var folder = new ConfigFolder();
        folder.Write("key.pem", "", mode: 0b110_100_100);

        Assert.Equal(
            [
                "edgeagent.yaml:4:3: warning: broker.tls: does nothing, for the URL is without TLS (write mqtts:// in the URL)",
                "edgeagent.yaml:4:12: warning: broker.tls.ca_file: there is no such file, or this user cannot see it (it is looked for again at each connect)",
                $"edgeagent.yaml:6:14: warning: broker.tls.key_file: every user of this machine can read the key (chown --reference=edgeagent.yaml {folder["key.pem"]} && chmod 640 {folder["key.pem"]})",
            ],
            folder.Read($"broker:\n url: mqtt://host\n tls:\n  ca_file: /no/ca.pem\n  cert_file: {folder["key.pem"]}\n  key_file:  {folder["key.pem"]}\nsensors: [{{id: a, type: file, path: /x}}]\n")
                .Problems.Select(problem => ProblemText.Line(problem).Replace(folder.Main, "edgeagent.yaml", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_sensor_may_have_a_format_of_its_own()
    {
        var sensors = ConfigFolder.ReadGood("publish: {format: senml}\nsensors:\n- {id: a, type: system}\n- {id: b, type: system, format: influx}\n").Sensors;

        Assert.Equal([PayloadFormat.SenMl, PayloadFormat.Influx], sensors.Select(sensor => sensor.Format));
    }

    [Theory]
    [InlineData("auto", "", "'a': a raw payload has no time and, over MQTT 3.1.1, no id: after an outage old readings look new, and duplicates cannot be told")]
    [InlineData("5.0", "", "'a': a raw payload has no time: after an outage old readings look new")]
    [InlineData("5.0", ", offline: keep_latest", null)]
    [InlineData("5.0", ", history_topic: x", null)]
    public void What_a_format_has_no_place_for_is_a_warning(string protocol, string keys, string? warning)
    {
        using var folder = new ConfigFolder();
        var reading = folder.Read($"broker: {{url: mqtt://host, protocol: {protocol}}}\nsensors:\n- {{id: a, type: system, format: raw{keys}}}\n");

        Assert.NotNull(reading.Config);
        Assert.Equal(warning, reading.Problems.SingleOrDefault()?.Message);
    }

    [Fact]
    public void The_backlog_has_a_topic_of_its_own_where_one_is_set()
    {
        var sensors = ConfigFolder.ReadGood("""
            delivery: {history_topic: "{topic}/history"}
            sensors:
              - {id: a, type: system}
              - {id: b, type: system, topic: x/y, history_topic: "old/{sensor}"}
            """).Sensors;

        Assert.Equal(["pi/a/history", "old/b"], sensors.Select(sensor => sensor.HistoryTopic));
    }

    [Fact]
    public void The_default_client_id_tells_machines_of_one_name_apart()
    {
        using var one = new ConfigFolder();
        using var other = new ConfigFolder();
        other.Write("machine-id", "ffffffffffffffffffffffffffffffff\n");

        var ids = new[] { one, one, other }.Select(folder => folder.Read("broker: {url: mqtt://host}").Config!.Broker!.ClientId).ToArray();

        Assert.Matches("^pi-[0-9a-f]{8}$", ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public void A_sensor_has_the_keys_of_all_sensors_and_of_its_kind()
    {
        var sensor = Assert.Single(ConfigFolder.ReadGood("""
            gateway: plant/7
            publish: {topic: "x/{gateway}/{type}/{sensor}", retain: true}
            sensors:
              - id: boiler_flow
                type: file
                path: /sys/x
                scale: 0.001
                min: -20
                interval: 250ms
                timeout: 1s
                history_topic: "{topic}/history"
                expiry: 1h
                priority: high
                offline: keep_latest
                unit: °C
            """).Sensors);

        Assert.Equal(("boiler_flow", "file", "°C"), (sensor.Id, sensor.Type, sensor.Unit));
        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), (sensor.Interval, sensor.Timeout, sensor.Expiry));
        Assert.Equal(("x/plant/7/file/boiler_flow", "x/plant/7/file/boiler_flow/history"), (sensor.Topic, sensor.HistoryTopic));
        Assert.Equal((true, PayloadFormat.Json, MessagePriority.High, OfflinePolicy.KeepLatest), (sensor.Retain, sensor.Format, sensor.Priority, sensor.Offline));
        Assert.Equal(("/sys/x", 0.001, (double?)-20), (sensor.Settings.Get(SampleKinds.FilePath), sensor.Settings.Get(SampleKinds.Scale), sensor.Settings.Get(SampleKinds.Minimum)));
    }

    [Fact]
    public void A_sensor_goes_before_the_defaults_for_all()
    {
        var config = ConfigFolder.ReadGood("""
            publish: {retain: true}
            sensors:
              - {id: a, type: system, retain: false, topic: own/topic}
              - {id: b, type: system}
            """);

        Assert.Equal([(false, "own/topic"), (true, "pi/b")], config.Sensors.Select(sensor => (sensor.Retain, sensor.Topic)));
    }

    [Fact]
    public void Nested_lists_are_read()
    {
        var sensor = Assert.Single(ConfigFolder.ReadGood("""
            sensors:
              - id: meter
                type: modbus
                registers:
                  - {name: power, address: 0x10}
                  - {name: energy, address: 12}
            """).Sensors);

        Assert.Equal(2, sensor.Settings.Get(SampleKinds.Registers).Length);
    }

    [Fact]
    public void Two_sensors_on_one_topic_are_a_warning() => Assert.Equal(
        ["edgeagent.yaml:4:32: warning: 'b' and 'a' publish to the same topic, x/y (put {sensor} into the topic, so that they can be told apart)"],
        ConfigFolder.Problems("broker: {url: mqtt://host}\nsensors:\n- {id: a, type: system, topic: x/y}\n- {id: b, type: system, topic: x/y}\n"));

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_are_read()
    {
        using var folder = new ConfigFolder();

        Assert.Equal("boiler", folder.Read("\uFEFFgateway: boiler\r\nqueue:\r\n  max_age: 1d\r\n").Config?.Gateway);
        Assert.Equal(["edgeagent.yaml:2:1: error: unknown key 'quue' (did you mean 'queue'?   valid keys: gateway, broker, queue, clock, delivery, publish, status, home_assistant, sensors)"], folder.Lines(folder.Read("gateway: boiler\r\nquue:\r\n")));
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem()
    {
        using var folder = new ConfigFolder();

        var reading = folder.Read();

        Assert.Equal(78, reading.ExitCode);
        Assert.Equal(["edgeagent.yaml: error: there is no such file (name the configuration with --config FILE)"], folder.Lines(reading));
    }

    [Fact]
    public void A_folder_is_not_a_file()
    {
        using var folder = new ConfigFolder();
        Directory.CreateDirectory(folder.Main);

        Assert.Equal(["edgeagent.yaml: error: is a folder, not a file (name the file in it)"], folder.Lines(folder.Read()));
    }

    [Fact]
    public void A_missing_right_alone_ends_with_77()
    {
        var denied = new Problem(Severity.Error, "may not be read by this user") { File = "/x", IsPermission = true };
        var wrong = new Problem(Severity.Error, "unknown key") { File = "/y" };

        Assert.Equal(77, new ConfigReading(null, [denied], KeyValues.Empty).ExitCode);
        Assert.Equal(78, new ConfigReading(null, [denied, wrong], KeyValues.Empty).ExitCode);
    }

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        using var folder = new ConfigFolder();

        Assert.NotNull(folder.Read("#" + new string(' ', (1 << 20) - 1)).Config);
        Assert.Equal(["edgeagent.yaml: error: is larger than 1 MiB (a configuration is some kilobytes; is this the right file?)"], folder.Lines(folder.Read("#" + new string(' ', 1 << 20))));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_at_their_line()
    {
        using var folder = new ConfigFolder();
        File.WriteAllBytes(folder.Main, [.. "gateway: pi\n# 21 "u8, 0xB0, .. "C\n"u8]);

        Assert.Equal(["edgeagent.yaml:2:6: error: a byte that is not UTF-8 (0xB0) (save the file as UTF-8)"], folder.Lines(folder.Read()));
    }

    [Fact]
    public void Utf16_is_refused_by_its_name()
    {
        using var folder = new ConfigFolder();
        File.WriteAllBytes(folder.Main, [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("gateway: pi\n")]);

        Assert.Equal(["edgeagent.yaml: error: is written in UTF-16 (save it as UTF-8)"], folder.Lines(folder.Read()));
    }

    [Fact]
    public async Task A_mistake_in_a_line_of_thousands_of_letters_and_colons_is_shown_soon()
    {
        using var folder = new ConfigFolder();
        var text = $"broker:\n  {string.Concat(Enumerable.Repeat("${A:-", 2000))}{new string('x', 30_000)}{string.Concat(Enumerable.Repeat(":x", 2000))}: - a\n";

        // Where each colon costs the square of the letters before it, hours are not enough.
        var shown = await Task.Run(() => ProblemText.Render(folder.Read(text).Problems)).WaitAsync(BusyMachine.Deadline);

        Assert.Contains("a list cannot begin on the line of its key", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_full_of_mistakes_ends_soon_and_says_the_first_500()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(number => $"kez{number}: 1\n"));

        Assert.Equal(500, ConfigFolder.Problems(text).Length);
    }

    [Fact]
    public void Equal_sensors_are_equal_wherever_they_stand()
    {
        const string Sensor = "{id: a, type: exec, command: [x, y], env: {A: b}, pattern: a+, interval: 1m}";
        var one = ConfigFolder.ReadGood($"sensors:\n  - {Sensor}\n").Sensors[0];
        var same = ConfigFolder.ReadGood($"# moved\n\nsensors:\n  - {Sensor.Replace("1m", "60s", StringComparison.Ordinal)}\n").Sensors[0];

        Assert.Equal(one, same);
        foreach (var (from, to) in new[] { ("y]", "z]"), ("A: b", "A: c"), ("a+", "a*"), ("1m", "2m"), ("x, y", "x") })
        {
            Assert.NotEqual(one, ConfigFolder.ReadGood($"sensors:\n  - {Sensor.Replace(from, to, StringComparison.Ordinal)}\n").Sensors[0]);
        }
    }
}
