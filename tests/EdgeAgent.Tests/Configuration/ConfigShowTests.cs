using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

public sealed class ConfigShowTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    [Fact]
    public void Every_value_in_force_is_shown_with_its_origin()
    {
        _folder.Set("HOST", "broker.example.com");
        _folder.Write("secrets.yaml", "mqtt_password: hunter2\n");
        _folder.Write("conf.d/sensors.yaml", "sensors:\n  - id: a\n    type: exec\n    command: [x, \"y z\"]\n    env:\n      KEY: !secret mqtt_password\n");

        var text = Show("""
            broker:
              url: mqtt://${HOST}
              username: pi
              password: !secret mqtt_password
              backoff: {max: 10m}
            queue: {loss_window: 0}
            """);

        Assert.Equal(
            """
            gateway: pi                                         # the host name
            broker:
              url: "mqtt://broker.example.com:1883"             # edgeagent.yaml:2, mqtt://${HOST}
              client_id: CLIENT                                 # gateway and machine id
              username: pi                                      # edgeagent.yaml:3
              password: ***                                     # edgeagent.yaml:4, !secret mqtt_password
              protocol: auto                                    # default
              keep_alive: 30s                                   # default
              backoff:
                initial: 1s                                     # default
                max: 10m                                        # edgeagent.yaml:5
            queue:
              path: /var/lib/edgeagent/queue.db                 # default
              loss_window: 0s                                   # edgeagent.yaml:6
              max_size: 512MiB                                  # default
              max_age: 30d                                      # default
              when_full: thin                                   # default
              keep_free: 200MiB                                 # default
            clock:
              trust_rtc: false                                  # default
            delivery:
              order: live_first                                 # default
              max_in_flight: 100                                # default
              rate: unlimited                                   # default
            publish:
              topic: "{gateway}/{sensor}"                       # default
              format: json                                      # default
              retain: false                                     # default
              json_keys:
                ts: ts                                          # default
                value: value                                    # default
                unit: unit                                      # default
                id: id                                          # default
                historical: historical                          # default
                clock: clock                                    # default
            status:
              topic: "{gateway}/status"                         # default
              listen: "127.0.0.1:8377"                          # default
            home_assistant:
              discovery: false                                  # default
              prefix: homeassistant                             # default
            sensors[0]:
              id: a                                             # conf.d/sensors.yaml:2
              type: exec                                        # conf.d/sensors.yaml:3
              command: [x, y z]                                 # conf.d/sensors.yaml:4
              env: ***                                          # conf.d/sensors.yaml:6
              interval: 10s                                     # default
              timeout: 5s                                       # default
              topic: pi/a                                       # publish.topic
              history_topic: pi/a                               # the topic
              format: json                                      # publish.format
              retain: false                                     # publish.retain
              priority: normal                                  # default
              offline: keep_all                                 # default

            """,
            text);
    }

    [Fact]
    public void A_password_in_the_file_itself_is_not_shown()
    {
        Assert.DoesNotContain("hunter2", Show("broker: {url: mqtt://host, username: pi, password: hunter2}\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password: \"${MQTT_PW:-hunter2}\"", "${MQTT_PW:-***}")]
    [InlineData("password: \"hunter2${MQTT_PW:-}hunter2\"", "***${MQTT_PW:-}***")]
    [InlineData("password: \"${MQTT_PW:?set it}\"", "${MQTT_PW:?set it}")]
    [InlineData("password: x}\nstatus: {token: \"${TOKEN:-hunter2hunter2hunter2}\"", "${TOKEN:-***}")]
    [InlineData("password: x}\nsensors:\n  - {id: web, type: http, url: \"http://u:hunter2@${MQTT_PW}/\"", "http://***@${MQTT_PW}/")]
    public void The_origin_of_a_secret_names_its_variable_and_not_its_text(string lines, string origin)
    {
        _folder.Set("MQTT_PW", "x");
        _folder.Write("edgeagent.yaml", $"broker: {{url: mqtt://host, username: pi, {lines}}}\n");
        var reading = ConfigReader.Read(_folder.Main, ConfigSchema.Full, _folder.Environment);
        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));

        var shown = ConfigShow.List(ConfigSchema.Full, reading.Config, reading.Values);

        Assert.DoesNotContain(shown, static value => value.Origin.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains(shown, value => value.Origin.EndsWith($", {origin}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("url: 'http://host/', headers: {Authorization: Bearer hunter2, X-Key: hunter2}", "headers: ***")]
    [InlineData("url: 'http://pi:hunter2@host/path?unit=C'", "url: \"http://***@host/path?unit=C\"")]
    [InlineData("url: 'http://host/path?unit=C&api_key=hunter2&place=x'", "url: \"http://host/path?unit=C&api_key=***&place=x\"")]
    public void The_secrets_of_a_web_sensor_are_not_shown_wherever_they_stand(string settings, string shown)
    {
        _folder.Write("edgeagent.yaml", $"sensors:\n  - {{id: web, type: http, {settings}}}\n");
        var reading = ConfigReader.Read(_folder.Main, ConfigSchema.Full, _folder.Environment);
        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));

        var text = ConfigShow.Text(ConfigShow.List(ConfigSchema.Full, reading.Config, reading.Values));

        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains($"  {shown} ", text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Show(string yaml)
    {
        var reading = _folder.Read(yaml);
        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));
        return ConfigShow.Text(ConfigShow.List(SampleKinds.Schema, reading.Config, reading.Values))
            .Replace(_folder.Root + "/", "", StringComparison.Ordinal)
            .Replace(reading.Config.Broker!.ClientId, "CLIENT     ", StringComparison.Ordinal);
    }
}
