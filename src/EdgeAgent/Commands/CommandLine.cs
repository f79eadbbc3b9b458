using System.CommandLine;
using System.CommandLine.Help;
using EdgeAgent.Commands.Connecting;
using EdgeAgent.Commands.Top;

namespace EdgeAgent.Commands;

/// <summary>Every command that there is: what the program parses by, and what help, manual and completions are made from.</summary>
internal static class CommandLine
{
    /// <summary>Runs what the words call.</summary>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var parsed = Create().Parse(arguments);
        try
        {
            return parsed.Errors.Count > 0 ? UsageError.Write(parsed, errors) : await parsed.InvokeAsync(new InvocationConfiguration
            {
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
                Output = output,
                Error = errors,
            });
        }
#pragma warning disable CA1031 // The last stop: whatever comes here ends the process, and is said.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure.Write(exception, $"edgeagent {CommandExamples.WordsOf(parsed.CommandResult.Command)}".TrimEnd(), errors);
        }
    }

    public static RootCommand Create()
    {
        var root = new RootCommand("Reads sensors, queues what they say while the broker is away, and delivers it with MQTT.")
        {
            RunCommand.Create(),
            CheckCommand.Create(),
            ReloadCommand.Create(),
            StatusCommand.Create(),
            TopCommand.Create(),
            QueueCommand.Create(),
            DeadLettersCommand.Create(),
            TestCommand.Create(),
            DiscoverCommand.Create(),
            ConnectCommand.Create(),
            ConfigCommand.Create(),
            VersionCommand.Create(),
            CompletionsCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }
}
