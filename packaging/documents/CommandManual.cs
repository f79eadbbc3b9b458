using System.CommandLine;
using EdgeAgent.Commands;
using EdgeAgent.Commands.Completions;

namespace EdgeAgent.Documents;

/// <summary>edgeagent(8), from the commands themselves.</summary>
internal static class CommandManual
{
    public static string Write(RootCommand root)
    {
        var page = new Roff("EDGEAGENT", 8, AgentVersion.Text);
        page.Section("NAME").Paragraph("edgeagent - sensor readings to an MQTT broker, kept through every outage");
        page.Section("SYNOPSIS");
        foreach (var (words, command) in CommandWalk.All(root).Where(found => found.Command.Action is not null && found.Words.Length > 0))
        {
            page.Paragraph($"edgeagent {words}{Synopsis(command)}");
        }

        page.Section("DESCRIPTION").Paragraph(root.Description ?? string.Empty)
            .Paragraph(
                "The agent samples on a schedule, whether or not there is a broker. What the broker has not acknowledged stays in the queue: in memory "
                + "for the loss window, then in a file. When the broker is back, fresh readings go first, and the backlog goes beside them. "
                + "A message leaves the queue only when the broker has acknowledged it, so one may come twice, with the same id, and none is lost.")
            .Paragraph("It is configured in one file, see edgeagent.yaml(5), and as a rule started by systemd, see edgeagent.service.");
        page.Section("COMMANDS");
        foreach (var (words, command) in CommandWalk.All(root).Where(found => found.Words.Length > 0))
        {
            page.Subsection($"edgeagent {words}{Synopsis(command)}").Paragraph(command.Description ?? string.Empty);
            foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
            {
                page.Item(argument.HelpName ?? argument.Name, argument.Description ?? string.Empty);
            }

            foreach (var option in CommandWalk.OptionsOf(command))
            {
                page.Item(Term(option), option.Description ?? string.Empty, Default(option));
            }

            page.Item("Examples", string.Join("; ", CommandExamples.Of(words)));
        }

        page.Section("EXIT STATUS");
        foreach (var (code, meaning) in ExitCodes)
        {
            page.Item($"{code}", meaning);
        }

        page.Section("SIGNALS")
            .Item("SIGHUP", "Read the configuration again and apply what changed; a mistake changes nothing. See edgeagent reload.")
            .Item("SIGTERM, SIGINT", "Stop: end sampling, deliver what is on its way, write the rest to the queue, end with 0.");
        page.Section("ENVIRONMENT")
            .Item("RUNTIME_DIRECTORY", "Where the control socket goes; systemd sets it.")
            .Item("CREDENTIALS_DIRECTORY", "Where !secret looks first; systemd sets it for LoadCredential=. Where it is not set, the other commands look where systemd keeps those of the running service, which root may read.");
        page.Section("FILES")
            .Item("/etc/edgeagent/edgeagent.yaml", "The configuration.")
            .Item("/etc/edgeagent/secrets.yaml", "Passwords, by name; readable for root and the service only.")
            .Item("/etc/default/edgeagent", "Options and variables for the service; for ${NAME} in its configuration the other commands look there too.")
            .Item("/var/lib/edgeagent/queue.db", "The queue. To be looked into with any SQLite tool while the agent is stopped.")
            .Item("/run/edgeagent/control.sock", "Where a running agent answers edgeagent status, reload and the like.");
        page.Section("SEE ALSO").Paragraph("edgeagent.yaml(5), systemctl(1), journalctl(1), mosquitto_sub(1)");
        return page.ToString();
    }

    private static readonly (int Code, string Meaning)[] ExitCodes =
    [
        (ExitCode.Ok, "All went well."),
        (ExitCode.Usage, "The command line is wrong."),
        (ExitCode.Unavailable, "What was asked is not there, such as a running agent."),
        (ExitCode.Internal, "A fault of the program; please report it."),
        (ExitCode.InputOutput, "A file could not be read or written."),
        (ExitCode.Permission, "A right is missing."),
        (ExitCode.Configuration, "The configuration is wrong; the message says in which line."),
    ];

    private static string Synopsis(Command command) =>
        string.Concat(CommandWalk.OptionsOf(command).Where(option => option is not System.CommandLine.Help.HelpOption)
            .Select(option => $" [{option.Name}{(CommandWalk.IsFlag(option) ? "" : $" {CommandWalk.ValueOf(option)}")}]"))
        + string.Concat(command.Arguments.Where(argument => !argument.Hidden).Select(argument => $" {argument.HelpName ?? argument.Name}"));

    private static string Term(Option option) =>
        string.Join(", ", CommandWalk.NamesOf(option)) + (CommandWalk.IsFlag(option) ? "" : $" {CommandWalk.ValueOf(option)}");

    private static string Default(Option option) =>
        option.HasDefaultValue && !CommandWalk.IsFlag(option) && option.GetDefaultValue() is { } value ? $"Default: {value}" : string.Empty;
}
