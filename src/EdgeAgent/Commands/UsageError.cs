using System.CommandLine;
using EdgeAgent.Configuration;

namespace EdgeAgent.Commands;

/// <summary>A command line that is wrong: what is wrong with it, what was meant, and where to read on.</summary>
internal static class UsageError
{
    /// <summary>Writes it; for standard error. Ends with 64, so that systemd does not restart it.</summary>
    public static int Write(ParseResult parsed, TextWriter output)
    {
        var command = parsed.CommandResult.Command;
        // Of a word that is no command, the parser also says that there is no command.
        foreach (var error in parsed.Errors.Select(static error => error.Message).Distinct().Skip(parsed.Errors.Count > 1 && parsed.UnmatchedTokens.Count > 0 && command.Subcommands.Count > 0 ? 1 : 0))
        {
            output.WriteLine($"edgeagent: {error}");
        }

        foreach (var word in parsed.UnmatchedTokens)
        {
            if (DidYouMean.Find(word, Words(command)) is { } near)
            {
                output.WriteLine($"           Did you mean '{near}'?");
            }
        }

        output.WriteLine($"See '{$"edgeagent {CommandExamples.WordsOf(command)}".TrimEnd()} --help'.");
        return ExitCode.Usage;
    }

    /// <summary>What may follow: commands and options.</summary>
    private static IEnumerable<string> Words(Command command) =>
        command.Subcommands.Where(static child => !child.Hidden).Select(static child => child.Name)
            .Concat(command.Options.Where(static option => !option.Hidden).Select(static option => option.Name))
            .Concat(command.Arguments.SelectMany(static argument => argument.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty)).Select(static item => item.Label));
}
