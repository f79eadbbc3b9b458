using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent reload</c>: lets the running agent read its configuration again, and says what came of it.</summary>
internal static class ReloadCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var control = CommonOptions.Control();
        var json = CommonOptions.Json();
        var command = new Command("reload", "Let the running agent apply what changed in its configuration; a mistake changes nothing and ends with 78.") { control, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(new(parsed.GetRequiredValue(control)), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunningAgent agent, bool asJson, CancellationToken cancellationToken)
    {
        var reply = await agent.AskAsync("reload", cancellationToken, Patience);
        if (reply.Json is null || JsonSerializer.Deserialize(reply.Json, StatusJson.Default.ConfigurationReport) is not { } report)
        {
            await Console.Error.WriteLineAsync($"edgeagent: {reply.Problem}");
            return reply.ExitCode;
        }

        if (asJson)
        {
            Console.WriteLine(reply.Json);
        }
        else if (report.ReloadError is { } error)
        {
            await Console.Error.WriteLineAsync($"edgeagent: not applied, the configuration before it stays in force: {error}");
        }
        else
        {
            Console.WriteLine($"applied: {report.Changed}{(report.WaitsForRestart is { } keys ? $"; these wait for a restart: {keys}" : "")}");
        }

        return report.ReloadError is null ? ExitCode.Ok : ExitCode.Configuration;
    }
}
