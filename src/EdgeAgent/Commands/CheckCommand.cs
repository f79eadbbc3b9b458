using System.CommandLine;
using EdgeAgent.Configuration;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent check</c>: says every problem of the configuration, or ok. It opens nothing but the configuration.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var strict = new Option<bool>("--warnings-as-errors", "-W") { Description = "Let warnings count as errors." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print nothing where nothing stands in the way." };
        var command = new Command("check", "Say every problem of the configuration with its line, or ok and what it means for the field.") { config, json, strict, quiet };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(config), parsed.GetValue(json), parsed.GetValue(strict), parsed.GetValue(quiet)));
        return command;
    }

    private static int Run(string path, bool asJson, bool isStrict, bool isQuiet)
    {
        var reading = ConfigReader.Read(path);
        var exitCode = reading.ExitCode == ExitCode.Ok && isStrict && reading.Problems.Length > 0 ? ExitCode.Configuration : reading.ExitCode;
        var isOk = exitCode == ExitCode.Ok;
        if (!isQuiet || !isOk)
        {
            Console.Out.Write(asJson ? ConfigReport.Json(reading, isOk) : ConfigReport.Text(reading, isOk));
        }

        return exitCode;
    }
}
