using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;

namespace EdgeAgent.Commands;

/// <summary>An answer about the queue, or why there is none.</summary>
internal sealed record QueueReply<T>(T? Value, string? Problem, int ExitCode)
    where T : class
{
    /// <summary>No agent runs.</summary>
    public bool IsNobodyThere { get; init; }

    /// <summary>Says the problem; gives the exit code.</summary>
    public int Complain()
    {
        Console.Error.WriteLine($"edgeagent: {Problem}");
        return ExitCode;
    }
}

/// <summary>
/// The queue as the command line sees it: through the running agent, so that no second program uses the file; where no agent runs, read
/// from the file, which is not changed.
/// </summary>
internal sealed class QueueView(string control, string config)
{
    private readonly RunningAgent _agent = new(control);
    private QueueReader? _reader;

    /// <summary>The options that every command about the queue has.</summary>
    public static (Option<string> Control, Option<string> Config) Options() => (CommonOptions.Control(), CommonOptions.Config());

    public Task<QueueReply<QueueInfoReport>> InfoAsync(CancellationToken cancellationToken) => LookAsync(
        "queue-info", new(), StatusJson.Default.QueueInfoReport, static reader => Read(reader.Info(), QueueInfoReport.Of), cancellationToken);

    public Task<QueueReply<QueueEntries>> PageAsync(long from, int count, CancellationToken cancellationToken) => LookAsync(
        "queue-list", new(from, count), StatusJson.Default.QueueEntries, reader => Read(reader.List(from, count), QueueEntries.Of), cancellationToken);

    public Task<QueueReply<QueueEntries>> GetAsync(string id, CancellationToken cancellationToken) => LookAsync(
        "queue-get",
        new(Id: id),
        StatusJson.Default.QueueEntries,
        reader => MessageId.TryParse(id, out var parsed)
            ? Read(reader.Get(parsed), static row => QueueEntries.Of(new([row], null)))
            : new(null, "an id looks like 5f3a9c01d2e4b677-81234", ExitCode.Usage),
        cancellationToken);

    public Task<QueueReply<DeadLetterEntries>> LettersAsync(long from, int count, CancellationToken cancellationToken) => LookAsync(
        "dead-letters", new(from, count), StatusJson.Default.DeadLetterEntries, reader => Read(reader.ListDeadLetters(from, count), DeadLetterEntries.Of), cancellationToken);

    /// <summary>Asks the running agent for a change, which only it can make, for as long as it takes.</summary>
    public Task<QueueReply<QueueChange>> ChangeAsync(string name, QueueQuestion question, CancellationToken cancellationToken) =>
        AskAsync(name, question, StatusJson.Default.QueueChange, Timeout.InfiniteTimeSpan, cancellationToken);

    private static QueueReply<TReport> Read<T, TReport>(QueueAnswer<T> answer, Func<T, TReport> report)
        where T : class
        where TReport : class => answer switch
        {
            { Problem: { } problem } => new(null, problem, ExitCode.InputOutput),
            { Value: { } value } => new(report(value), null, ExitCode.Ok),
            _ => new(null, "there is no such message: it has been delivered, or is accounted for in the ledger", ExitCode.InputOutput),
        };

    private async Task<QueueReply<T>> LookAsync<T>(
        string name, QueueQuestion question, JsonTypeInfo<T> type, Func<QueueReader, QueueReply<T>> look, CancellationToken cancellationToken)
        where T : class
    {
        if (_reader is { } reader)
        {
            return look(reader);
        }

        var reply = await AskAsync(name, question, type, null, cancellationToken);
        if (!reply.IsNobodyThere)
        {
            return reply;
        }

        var reading = ConfigReader.Read(config);
        if (reading.Config is not { } found)
        {
            return new(null, $"{reply.Problem} Without it the queue is read from its file, but {config} does not say which: see edgeagent check", reading.ExitCode);
        }

        _reader = new QueueReader(found.Queue.Path);
        return look(_reader);
    }

    private async Task<QueueReply<T>> AskAsync<T>(
        string name, QueueQuestion question, JsonTypeInfo<T> type, TimeSpan? patience, CancellationToken cancellationToken)
        where T : class
    {
        var reply = await _agent.AskAsync($"{name} {JsonSerializer.Serialize(question, StatusJson.Default.QueueQuestion)}", cancellationToken, patience);
        return new(reply.Json is null ? null : JsonSerializer.Deserialize(reply.Json, type), reply.Problem, reply.ExitCode) { IsNobodyThere = reply.IsNobodyThere };
    }
}
