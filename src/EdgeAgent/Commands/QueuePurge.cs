using System.CommandLine;
using System.Globalization;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent queue purge</c>: gives messages up, by age and by topic.</summary>
internal static class QueuePurge
{
    public static Command Create()
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
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : null;
}
