using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent queue purge</c>: gives messages up, by age and by topic.</summary>
internal static class QueuePurge
{
    private static readonly DurationShape Ages = new(TimeSpan.Zero, TimeSpan.FromDays(3650));

    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    public static Command Create()
    {
        var (control, config) = QueueView.Options();
        var before = new Option<string?>("--before") { Description = "Only what was taken before: an age such as 7d, or a time such as 2026-11-01T00:00:00Z.", HelpName = "AGE|TIME" };
        before.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !TryReadTime(token.Value, TimeProvider.System.GetUtcNow(), out _, out var problem))
            {
                result.AddError(problem);
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
            DateTimeOffset? limit = parsed.GetValue(before) is { } text && TryReadTime(text, TimeProvider.System.GetUtcNow(), out var time, out _) ? time : null;
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

    /// <summary>Reads an age before now, or a time; strictly, for what is misread here is gone.</summary>
    public static bool TryReadTime(string text, DateTimeOffset now, out DateTimeOffset time, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (Ages.TryParse(text, out var age, out _))
        {
            time = now - age;
            return true;
        }

        // Only whole dates: "12.5", a forgotten unit, would be a day of some year elsewhere.
        if (!DateTimeOffset.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
        {
            problem = $"--before takes an age such as 7d or a time such as 2026-11-01T00:00:00Z, not '{text}'.";
        }
        else if (time > now)
        {
            problem = $"--before {text} is still to come: it would give up everything. For that, say --before 0s.";
        }

        return problem is null;
    }
}
