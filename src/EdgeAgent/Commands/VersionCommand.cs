using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent version</c>: which build this is.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Print which build this is, for a report of a fault.") { json };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetValue(json) ? Json() : $"edgeagent {AgentVersion.Text} ({RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription})");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", AgentVersion.Text);
            json.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
