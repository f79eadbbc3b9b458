using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>Every key that holds a secret holds a marker, everything that can fail fails, and nothing that the agent says has the marker in it.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Marker = "hunter2";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task No_secret_is_in_log_status_page_metrics_configuration_or_error_messages()
    {
        var listen = $"127.0.0.1:{LoopbackPort.Next()}";
        _folder.Write("secrets.yaml", $"named: {Marker}-named\n");
        File.SetUnixFileMode(_folder["secrets.yaml"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var agent = await AgentProcess.StartAsync(_folder, With(listen, "interval: 200ms"));
        File.SetUnixFileMode(_folder["edgeagent.yaml"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await agent.WhenAsync(static status => status.Sensors.All(static sensor => sensor.State == "failing"), "every sensor to fail");
        await agent.WhenLoggedAsync("no connection to mqtt://");

        var said = new StringBuilder();
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri($"http://{listen}/"))).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"{Marker}-status-token");
        foreach (var path in (string[])["/", "/metrics", "/healthz", "/readyz", "/nowhere"])
        {
            said.Append(await (await client.GetAsync(new Uri($"http://{listen}{path}"))).Content.ReadAsStringAsync());
        }

        await RunAsync("status", "--control", _folder["control.sock"]);
        await RunAsync("status", "--json", "--control", _folder["control.sock"]);
        await RunAsync("config", "show", "--config", _folder["edgeagent.yaml"]);
        foreach (var broken in (string[])[With(listen, "intervall: 200ms"), With(listen, "interval: [200ms")])
        {
            _folder.Write("edgeagent.yaml", broken);
            await RunAsync("check", "--config", _folder["edgeagent.yaml"]);
            await RunAsync("check", "--json", "--config", _folder["edgeagent.yaml"]);
            await RunAsync("reload", "--control", _folder["control.sock"]);
            await RunAsync("run", "--config", _folder["edgeagent.yaml"], "--control", _folder["other.sock"]);
        }

        Assert.Equal(0, await agent.TerminateAsync());
        said.AppendJoin('\n', agent.Log).AppendJoin('\n', agent.Notifications.ToArray());
        Assert.Contains("edgeagent_info", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("(did you mean 'interval'?", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(said.ToString().Split('\n'), static line => line.Contains(Marker, StringComparison.Ordinal));

        async Task RunAsync(params string[] arguments)
        {
            var (_, output, errors) = await ChildProcess.RunAsync(AgentProcess.Binary, arguments);
            Assert.NotEqual("", output + errors);
            said.Append(output).Append('\n').Append(errors).Append('\n');
        }
    }

    public void Dispose() => _folder.Dispose();

    private string With(string listen, string interval) =>
        $$"""
        gateway: test
        broker:
          url: "mqtt://127.0.0.1:1"
          username: pi
          password: "{{Marker}}-broker"
        queue: {path: "{{_folder["queue.db"]}}"}
        status:
          listen: "{{listen}}"
          token: {{Marker}}-status-token
        sensors:
          - id: web
            type: http
            url: "http://127.0.0.1:1/x?unit=C&apikey={{Marker}}-parameter"
            {{interval}}
            username: pi
            password: {{Marker}}-http
            headers:
              X-Key: {{Marker}}-header
          - {id: user, type: http, url: "http://pi:{{Marker}}-url@127.0.0.1:1/x", {{interval}}, headers: {X-Key: "{{Marker}}-flow" } }
          - {id: local, type: mqtt, url: "mqtt://127.0.0.1:1", topics: [a], username: pi, password: {{Marker}}-mqtt}
          - {id: program, type: exec, command: [/bin/false, !secret named], {{interval}}}

        """;
}
