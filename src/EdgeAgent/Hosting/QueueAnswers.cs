using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting;

/// <summary>What the running agent answers to questions about its queue. Thread-safe.</summary>
internal sealed class QueueAnswers(QueueOperations queue)
{
    /// <summary>The questions, as they begin.</summary>
    public const string Known = "queue-info, queue-list, queue-get, queue-purge, dead-letters, dead-letters-retry, dead-letters-drop";

    /// <summary>Null: that is no question about the queue.</summary>
    /// <param name="name">The question's word.</param>
    /// <param name="arguments">The JSON behind it; empty: none.</param>
    /// <param name="stop">Ends a long work between two slices.</param>
    public async Task<byte[]?> AnswerAsync(string name, string arguments, CancellationToken stop)
    {
        if (!TryRead(arguments, out var question))
        {
            return ControlAnswers.Error("what follows the question is not the JSON that it takes; see docs/status.md");
        }

        var json = StatusJson.Default;
        return name switch
        {
            "queue-info" => Write(await queue.InfoAsync(), QueueInfoReport.Of, json.QueueInfoReport),
            "queue-list" => Write(await queue.ListAsync(question.From, question.Count), QueueEntries.Of, json.QueueEntries),
            "queue-get" when MessageId.TryParse(question.Id, out var id) =>
                Write(await queue.GetAsync(id), static row => QueueEntries.Of(new([row], null)), json.QueueEntries),
            "queue-get" => ControlAnswers.Error("an id looks like 5f3a9c01d2e4b677-81234"),
            "queue-purge" => Write(
                await queue.PurgeAsync(new(question.Before?.ToUnixTimeMilliseconds(), question.Topic), stop),
                static result => new(AgentStatus.PresentFormat, result.Purged, result.InFlight, []),
                json.QueueChange),
            "dead-letters" => Write(await queue.ListDeadLettersAsync(question.From, question.Count), DeadLetterEntries.Of, json.DeadLetterEntries),
            "dead-letters-retry" when Ids(question) is { IsRight: true, Ids: var ids } => Write(await queue.RetryDeadLettersAsync(ids), Change, json.QueueChange),
            "dead-letters-drop" when Ids(question) is { IsRight: true, Ids: var ids } => Write(await queue.DropDeadLettersAsync(ids), Change, json.QueueChange),
            "dead-letters-retry" or "dead-letters-drop" => ControlAnswers.Error("an id looks like 5f3a9c01d2e4b677-81234"),
            _ => null,
        };
    }

    private static bool TryRead(string arguments, out QueueQuestion question)
    {
        question = new();
        try
        {
            question = arguments.Length == 0 ? question : JsonSerializer.Deserialize(arguments, StatusJson.Default.QueueQuestion) ?? question;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static (bool IsRight, MessageId[]? Ids) Ids(QueueQuestion question)
    {
        if (question.Ids is null)
        {
            return (true, null);
        }

        var ids = question.Ids.Select(static text => MessageId.TryParse(text, out var id) ? id : (MessageId?)null).ToArray();
        return (ids.All(static id => id is not null), [.. ids.OfType<MessageId>()]);
    }

    private static QueueChange Change(DeadLetterChange change) =>
        new(AgentStatus.PresentFormat, change.Done, 0, [.. change.Passed.Select(static id => id.ToString())]);

    private static byte[] Write<T, TReport>(QueueAnswer<T> answer, Func<T, TReport> report, JsonTypeInfo<TReport> type)
        where T : class => answer switch
        {
            { Problem: { } problem } => ControlAnswers.Error(problem),
            { Value: { } value } => JsonSerializer.SerializeToUtf8Bytes(report(value), type),
            _ => ControlAnswers.Error("there is no such message: it has been delivered, or is accounted for in the ledger"),
        };
}
