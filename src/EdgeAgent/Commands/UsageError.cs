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
        foreach (var error in parsed.Errors.Select(static error => error.Message).Distinct())
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
