using System.CommandLine;
using EdgeAgent.Commands.Completions;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent completions</c>: what a shell needs to complete this program's command line. The package installs the same.</summary>
internal static class CompletionsCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish.", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completions", "Print the completions for a shell: source <(edgeagent completions bash).") { shell };
        command.SetAction(parsed =>
        {
            var root = (RootCommand)parsed.RootCommandResult.Command;
            Console.Write(parsed.GetRequiredValue(shell) switch
            {
                "bash" => BashCompletion.Write(root),
                "zsh" => ZshCompletion.Write(root),
                _ => FishCompletion.Write(root),
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
