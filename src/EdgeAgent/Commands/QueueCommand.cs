using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent queue</c>: looks into the queue, takes it out, empties it.</summary>
internal static class QueueCommand
{
    public static Command Create() => new("queue", "Look into the queue, export it, purge it: through the running agent, or read-only where none runs.")
    {
        CreateInfo(), CreateList(), CreateGet(), QueueExport.Create(), CreatePurge(),
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

    private static Command CreatePurge()
    {
        var (control, config) = QueueView.Options();
        var before = new Option<string?>("--before") { Description = "Only what was taken before: an age such as 7d, or a time such as 2026-11-01T00:00:00Z.", HelpName = "AGE|TIME" };
        before.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && Time(token.Value, default) is null)
            {
                result.AddError($"--before takes an age such as 7d or a time such as 2026-11-01T00:00:00Z, not '{token.Value}'.");
            }
        });
        var topic = new Option<string?>("--topic") { Description = "Only topics that this MQTT filter matches.", HelpName = "FILTER" };
        var yes = Confirmation.Yes();
        var command = new Command("purge", "Give messages up for good; each is told in the ledger as purged.") { before, topic, yes, control, config };
        command.Validators.Add(result =>
        {
            if (result.GetResult(before) is null && result.GetResult(topic) is null)
            {
                result.AddError("Say what to purge: --before, --topic or both ('--topic #' is everything).");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var limit = parsed.GetValue(before) is { } text ? Time(text, TimeProvider.System.GetUtcNow()) : null;
            var filter = parsed.GetValue(topic);
            var what = $"{(filter is null ? "all topics" : $"topics like {filter}")}{(limit is { } end ? $", taken before {Quantity.Time(end)}" : "")}";
            if (!Confirmation.IsGiven(parsed.GetValue(yes), $"Give up every queued message of {what}?"))
            {
                return ExitCode.Usage;
            }

            var view = new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config));
            var reply = await view.ChangeAsync("queue-purge", new(Before: limit, Topic: filter), cancellationToken);
            if (reply.Value is not { } change)
            {
                return reply.Complain();
            }

            Console.WriteLine($"{Quantity.Count(change.Done)} purged{(change.InFlight > 0 ? $"; {Quantity.Count(change.InFlight)} stayed, on their way to the broker" : "")}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>An age before now, or a time; null where it is neither.</summary>
    private static DateTimeOffset? Time(string text, DateTimeOffset now) =>
        new DurationShape(TimeSpan.Zero, TimeSpan.FromDays(3650)).TryParse(text, out var age, out _) ? (now == default ? DateTimeOffset.UnixEpoch : now - age)
        : DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time
        : null;
}
