using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent queue</c>: looks into the queue; <see cref="QueueExport"/> takes it out, <see cref="QueuePurge"/> empties it.</summary>
internal static class QueueCommand
{
    public static Command Create() => new("queue", "Look into the queue, export it, purge it: through the running agent, or read-only where none runs.")
    {
        CreateInfo(), CreateList(), CreateGet(), QueueExport.Create(), QueuePurge.Create(),
    };

    private static Command CreateInfo()
    {
        var (control, config) = QueueView.Options();
        var json = CommonOptions.Json();
        var command = new Command("info", "Say how much is in the queue, how old it is, and what its file takes.") { control, config, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reply = await new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config)).InfoAsync(cancellationToken);
            if (reply.Value is not { } info)
            {
                return reply.Complain();
            }

            await Console.Out.WriteAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(info, StatusJson.Default.QueueInfoReport) + "\n" : QueueText.Info(info));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateList()
    {
        var (control, config) = QueueView.Options();
        var json = CommonOptions.Json();
        var count = new Option<int>("--count", "-n") { Description = "How many, from the oldest; at most 1000.", HelpName = "N", DefaultValueFactory = static _ => 20 };
        var command = new Command("ls", "List the oldest messages of the queue.") { control, config, count, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reply = await new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config)).PageAsync(0, parsed.GetValue(count), cancellationToken);
            if (reply.Value is not { } page)
            {
                return reply.Complain();
            }

            await Console.Out.WriteAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(page, StatusJson.Default.QueueEntries) + "\n" : QueueText.List(page));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateGet()
    {
        var (control, config) = QueueView.Options();
        var id = new Argument<string>("id") { Description = "The message's id, as queue ls shows it." };
        var command = new Command("get", "Print one message with its payload, as JSON.") { id, control, config };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reply = await new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config)).GetAsync(parsed.GetRequiredValue(id), cancellationToken);
            if (reply.Value is not { Messages: [var message] })
            {
                return reply.Complain();
            }

            Console.WriteLine(JsonSerializer.Serialize(message, StatusJson.Default.QueueEntry));
            return ExitCode.Ok;
        });
        return command;
    }
}
