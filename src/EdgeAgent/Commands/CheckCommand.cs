using System.CommandLine;
using EdgeAgent.Configuration;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent check</c>: says every problem of the configuration, or ok. It opens nothing but the configuration.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file.", HelpName = "FILE", DefaultValueFactory = _ => "/etc/edgeagent/edgeagent.yaml" };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs." };
        var strict = new Option<bool>("-W", "--warnings-as-errors") { Description = "Let warnings count as errors." };
        var command = new Command("check", "Say every problem of the configuration with its line, or ok.") { config, json, strict };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(config), parsed.GetValue(json), parsed.GetValue(strict)));
        return command;
    }

    private static int Run(string path, bool asJson, bool isStrict)
    {
        var reading = ConfigReader.Read(path);
        var exitCode = reading.ExitCode == ExitCode.Ok && isStrict && reading.Problems.Length > 0 ? ExitCode.Configuration : reading.ExitCode;
        Console.Out.Write(asJson ? ConfigReport.Json(reading, exitCode == ExitCode.Ok) : ConfigReport.Text(reading, exitCode == ExitCode.Ok));
        return exitCode;
    }
}
