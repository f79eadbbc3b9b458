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
        ["reload"] = ["edgeagent reload", "edgeagent reload --json"],
        ["test"] = ["edgeagent test", "edgeagent test boiler_flow --json"],
        ["discover"] = ["edgeagent discover", "edgeagent discover --modbus /dev/ttyUSB0 --baud 19200", "edgeagent discover --modbus tcp://192.168.1.5:502"],
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
