using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent status</c>: asks the running agent how it is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var control = CommonOptions.Control();
        var json = CommonOptions.Json();
        var command = new Command("status", "Ask the running agent for its broker, queue and sensors.") { control, json };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(new(parsed.GetRequiredValue(control)), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunningAgent agent, bool asJson, CancellationToken cancellationToken)
    {
        var reply = await agent.AskAsync("status", cancellationToken);
        if (reply.Json is null)
        {
            await Console.Error.WriteLineAsync($"edgeagent: {reply.Problem}");
            return reply.ExitCode;
        }

        await Console.Out.WriteAsync(asJson ? reply.Json + "\n" : StatusText.Render(JsonSerializer.Deserialize(reply.Json, StatusJson.Default.AgentStatus)!));
        return ExitCode.Ok;
    }
}
