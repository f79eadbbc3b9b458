using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent dead-letters</c>: what the broker refused for good; to look at, try again, or give up.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 1_000;

    /// <summary>So many ids fit into a question.</summary>
    private const int MostIds = 200;

    public static Command Create() => new("dead-letters", "Look at what the broker refused for good, try it again, or give it up.")
    {
        CreateList(),
        CreateChange("retry", "Put dead letters back into the queue, behind everything that waits.", "retried", asks: false),
        CreateChange("drop", "Give dead letters up for good; each is told in the ledger as discarded.", "dropped", asks: true),
    };

    private static Command CreateList()
    {
        var (control, config) = QueueView.Options();
        var json = CommonOptions.Json();
        var command = new Command("ls", "List the dead letters with the broker's reason.") { control, config, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reply = await new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config)).LettersAsync(0, PageSize, cancellationToken);
            if (reply.Value is not { } page)
            {
                return reply.Complain();
            }

            await Console.Out.WriteAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(page, StatusJson.Default.DeadLetterEntries) + "\n" : QueueText.Letters(page));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateChange(string name, string description, string done, bool asks)
    {
        var (control, config) = QueueView.Options();
        var ids = new Argument<string[]>("id") { Description = "Which, as dead-letters ls shows them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All of them." };
        var yes = Confirmation.Yes();
        var command = new Command(name, description) { ids, all, control, config };
        if (asks)
        {
            command.Add(yes);
        }

        command.Validators.Add(result =>
        {
            var named = result.GetValue(ids)?.Length ?? 0;
            if (named > 0 == result.GetValue(all) || named > MostIds)
            {
                result.AddError(named > MostIds ? $"Name at most {MostIds} at once, or --all." : "Name the dead letters, or say --all.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var named = parsed.GetValue(all) ? null : parsed.GetValue(ids);
            if (asks && !Confirmation.IsGiven(parsed.GetValue(yes), $"Give up {(named is null ? "all dead letters" : $"{named.Length} dead letters")}?"))
            {
                return ExitCode.Usage;
            }

            var view = new QueueView(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config));
            var reply = await view.ChangeAsync($"dead-letters-{name}", new(Ids: named), cancellationToken);
            if (reply.Value is not { } change)
            {
                return reply.Complain();
            }

            Console.WriteLine($"{Quantity.Count(change.Done)} {done}");
            foreach (var id in change.Passed)
            {
                await Console.Error.WriteLineAsync($"edgeagent: {id} is no dead letter, or is on its way already");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
