using System.Text.Json;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What a person does before the first start: look what is there, and try it.</summary>
public sealed class SensorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_discover_prints_is_a_configuration_that_check_takes()
    {
        var found = await ChildProcess.RunAsync(AgentProcess.Binary, "discover");
        var listed = await ChildProcess.RunAsync(AgentProcess.Binary, "discover", "--json");
        Assert.Equal((0, 0), (found.ExitCode, listed.ExitCode));
        using var json = JsonDocument.Parse(listed.Output);
        Assert.Equal(
            found.Output.Split('\n').Count(line => line.StartsWith("  - id: ", StringComparison.Ordinal)), json.RootElement.GetArrayLength());

        // A machine without any device has the comment alone, which is a configuration as well.
        var configuration = _folder.Write("edgeagent.yaml", found.Output);
        var check = await ChildProcess.RunAsync(AgentProcess.Binary, "check", "--config", configuration);
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    [Fact]
    public async Task A_trial_prints_values_and_failures_and_touches_nothing()
    {
        _folder.Write("value", "21.5\n");
        var configuration = _folder.Write("edgeagent.yaml", $$"""
            queue: {path: {{_folder["queue.db"]}}}
            sensors:
              - {id: good, type: file, path: {{_folder["value"]}}, unit: °C}
              - {id: missing, type: file, path: {{_folder["nothing"]}}}

            """);

        var good = await ChildProcess.RunAsync(AgentProcess.Binary, "test", "good", "--config", configuration);
        var all = await ChildProcess.RunAsync(AgentProcess.Binary, "test", "--json", "--config", configuration);
        var unknown = await ChildProcess.RunAsync(AgentProcess.Binary, "test", "god", "--config", configuration);

        Assert.Equal(0, good.ExitCode);
        Assert.Contains("= 21.5 °C", good.Output, StringComparison.Ordinal);
        Assert.Equal(74, all.ExitCode);
        using var json = JsonDocument.Parse(all.Output);
        Assert.Equal("missing", json.RootElement[1].GetProperty("failure").GetProperty("kind").GetString());
        Assert.Equal(64, unknown.ExitCode);
        Assert.Contains("Did you mean 'good'?", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(["edgeagent.yaml", "value"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
