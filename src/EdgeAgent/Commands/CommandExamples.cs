using System.Collections.Immutable;
using System.CommandLine;

namespace EdgeAgent.Commands;

/// <summary>What people type most, for the help and the manual of each command. A test parses every line.</summary>
internal static class CommandExamples
{
    private static readonly ImmutableDictionary<string, string[]> ByCommand = new Dictionary<string, string[]>
    {
        [""] = ["edgeagent check", "edgeagent status", "edgeagent status --help"],
        ["run"] = ["edgeagent run", "edgeagent run --config ./edgeagent.yaml --control ./control.sock", "edgeagent run --watch"],
        ["check"] = ["edgeagent check", "edgeagent check --config ./edgeagent.yaml -W", "edgeagent check --json"],
        ["status"] = ["edgeagent status", "edgeagent status --json"],
        ["top"] = ["edgeagent top", "edgeagent top --interval 10s > depth.log"],
        ["reload"] = ["edgeagent reload", "edgeagent reload --json"],
        ["queue"] = ["edgeagent queue info", "edgeagent queue export --format csv > backlog.csv"],
        ["queue info"] = ["edgeagent queue info", "edgeagent queue info --json"],
        ["queue ls"] = ["edgeagent queue ls", "edgeagent queue ls --count 5 --json"],
        ["queue get"] = ["edgeagent queue get 5f3a9c01d2e4b677-81234"],
        ["queue export"] = ["edgeagent queue export > backlog.jsonl", "edgeagent queue export --format csv"],
        ["queue purge"] = ["edgeagent queue purge --before 7d", "edgeagent queue purge --before 2026-11-01T00:00:00Z --topic 'pi/test/#' --yes"],
        ["dead-letters"] = ["edgeagent dead-letters ls"],
        ["dead-letters ls"] = ["edgeagent dead-letters ls", "edgeagent dead-letters ls --json"],
        ["dead-letters retry"] = ["edgeagent dead-letters retry 5f3a9c01d2e4b677-81234", "edgeagent dead-letters retry --all"],
        ["dead-letters drop"] = ["edgeagent dead-letters drop 5f3a9c01d2e4b677-81234 --yes", "edgeagent dead-letters drop --all"],
        ["test"] = ["edgeagent test", "edgeagent test boiler_flow --json"],
        ["discover"] = ["edgeagent discover", "edgeagent discover --modbus /dev/ttyUSB0 --baud 19200", "edgeagent discover --modbus tcp://192.168.1.5:502"],
        ["connect"] = ["edgeagent connect", "edgeagent connect --publish pi/test", "edgeagent connect mqtts://broker.example.com", "edgeagent connect --json"],
        ["config"] = ["edgeagent config show", "edgeagent config sample ds18b20"],
        ["config sample"] = ["edgeagent config sample", "edgeagent config sample ds18b20 modbus"],
        ["config show"] = ["edgeagent config show", "edgeagent config show --json"],
        ["config schema"] = ["edgeagent config schema"],
        ["version"] = ["edgeagent version", "edgeagent version --json"],
        ["completions"] = ["edgeagent completions bash", "edgeagent completions zsh", "edgeagent completions fish"],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>At least one for each command; empty for a command that is not known.</summary>
    public static string[] Of(string words) => ByCommand.GetValueOrDefault(words, []);

    /// <summary>The words that call a command: <c>config show</c>; empty for the program itself.</summary>
    public static string WordsOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{WordsOf(parent)} {command.Name}".TrimStart() : "";
}
