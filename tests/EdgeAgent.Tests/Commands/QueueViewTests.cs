using EdgeAgent.Commands;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using EdgeAgent.Tests.Queue;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Tests.Commands;

/// <summary>The queue as the commands see it: through a real control socket on a real queue, and from its file.</summary>
public sealed class QueueViewTests : TestsWithAnEnd
{
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly QueueRig _rig = new QueueRig().Open();
    private readonly CancellationTokenSource _stop = new();
    private readonly QueueView _view;
    private Task _answering = Task.CompletedTask;

    public QueueViewTests()
    {
        File.WriteAllText(ConfigPath, $"queue: {{path: '{_rig.Config.Path}'}}\n");
        _view = new QueueView(SocketPath, ConfigPath);
    }

    private string SocketPath => Path.Combine(_rig.Folder, "control.sock");

    private string ConfigPath => Path.Combine(_rig.Folder, "edgeagent.yaml");

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _answering.WaitAsync(Deadline);
        await _rig.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_agents_queue_is_listed_page_by_page_with_ids_states_and_payloads()
    {
        Answer();
        await _rig.AppendAsync(Enumerable.Range(0, 5));

        var first = Value(await _view.PageAsync(0, 3, default));
        var second = Value(await _view.PageAsync(first.Next!.Value, 3, default));
        var info = Value(await _view.InfoAsync(default));
        var got = Value(await _view.GetAsync(first.Messages[1].Id, default));

        QueueEntry[] all = [.. first.Messages, .. second.Messages];
        Assert.Equal((5, 5, null), (all.Length, info.Depth, second.Next));
        Assert.Equal(
            $$"""{"ts":"{{all[1].Taken:yyyy-MM-ddTHH:mm:ss.fff}}Z","value":1,"unit":"°C","id":"{{all[1].Id}}","historical":true}""",
            all[1].Payload);
        Assert.Equal(("pi/boiler", "boiler", "waiting"), (all[1].Topic, all[1].Sensor, all[1].State));
        Assert.Equal(all[1], Assert.Single(got.Messages));
    }

    [Fact]
    public async Task Without_an_agent_the_file_is_read_and_not_changed_and_a_change_is_refused()
    {
        await _rig.AppendAsync(Enumerable.Range(0, 5));
        await _rig.CloseAsync();
        var before = await File.ReadAllBytesAsync(_rig.Config.Path);

        var page = Value(await _view.PageAsync(0, 100, default));
        var purge = await _view.ChangeAsync("queue-purge", new(Topic: "#"), default);

        Assert.Equal(5, page.Messages.Length);
        Assert.Equal((ExitCode.Unavailable, true), (purge.ExitCode, purge.IsNobodyThere));
        Assert.Equal(before, await File.ReadAllBytesAsync(_rig.Config.Path));
        _rig.Open();
    }

    [Fact]
    public async Task A_purge_ends_what_fits_and_nothing_else_and_is_accounted()
    {
        Answer();
        await _rig.AppendAsync(Enumerable.Range(0, 4));
        await _rig.AppendAsync([9], _rig.Alarm);

        var change = Value(await _view.ChangeAsync("queue-purge", new(Topic: "pi/boiler"), default));

        Assert.Equal((4, 1, 4), (change.Done, _rig.Queue.Snapshot().Depth, _rig.Queue.Snapshot().LostFor(LossReason.Purged)));
    }

    [Fact]
    public async Task A_dead_letter_is_shown_with_its_reason_tried_again_under_its_id_and_dropped()
    {
        Answer();
        _rig.Queue.BeginConnection();
        await _rig.AppendAsync([1, 2]);
        foreach (var message in await _rig.TakeAsync(Lane.Live, 2))
        {
            _rig.Queue.Quarantine(message.Sequence, 0x99, "no \u001b[31mJSON");
        }

        await _rig.FlushAsync();
        var letters = Value(await _view.LettersAsync(0, 100, default)).Letters;
        var retried = Value(await _view.ChangeAsync("dead-letters-retry", new(Ids: [letters[0].Message.Id, "5f3a9c01d2e4b677-81234"]), default));
        var again = Value(await _view.LettersAsync(0, 100, default)).Letters;
        var dropped = Value(await _view.ChangeAsync("dead-letters-drop", new(Ids: [letters[1].Message.Id]), default));

        Assert.Equal([("0x99", 1, false), ("0x99", 1, false)], letters.Select(letter => (letter.Reason, letter.Attempts, letter.Retried)));
        Assert.Equal((1, "5f3a9c01d2e4b677-81234"), ((int)retried.Done, Assert.Single(retried.Passed)));
        Assert.Equal([true, false], again.Select(letter => letter.Retried));
        Assert.Equal((1, 1), ((int)dropped.Done, (int)_rig.Queue.Snapshot().DeadLetters));
        Assert.DoesNotContain('\u001b', QueueText.Letters(new(1, letters, null)));
    }

    [Theory]
    [InlineData("queue-get {\"id\":\"rubbish\"}", "an id looks like")]
    [InlineData("queue-list {\"from\":\"x\"}", "is not the JSON that it takes")]
    [InlineData("queue-get {\"id\":\"5f3a9c01d2e4b677-81234\"}", "there is no such message")]
    [InlineData("dead-letters-drop {\"ids\":[\"x\"]}", "an id looks like")]
    public async Task A_wrong_question_gets_a_sentence(string question, string sentence)
    {
        Answer();

        var reply = await new RunningAgent(SocketPath).AskAsync(question, default);

        Assert.Contains(sentence, reply.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue purge", "Say what to purge")]
    [InlineData("queue purge --before soon", "--before takes an age such as 7d")]
    [InlineData("dead-letters drop", "Name the dead letters, or say --all.")]
    [InlineData("dead-letters retry x --all", "Name the dead letters, or say --all.")]
    public void What_is_destroyed_must_be_named(string line, string error) =>
        Assert.Contains(CommandLine.Create().Parse(line).Errors, found => found.Message.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void A_csv_cell_with_quotes_commas_or_lines_is_quoted() => Assert.Equal(
        "e-1,\"a,b\",s,1970-01-01T00:00:00.000Z,true,waiting,\"{\"\"v\"\":1}\",\r\n",
        QueueCsv.Line(new("e-1", "a,b", "s", DateTimeOffset.UnixEpoch, true, "waiting", "{\"v\":1}", null)));

    private static T Value<T>(QueueReply<T> reply)
        where T : class
    {
        Assert.Null(reply.Problem);
        return reply.Value!;
    }

    private void Answer()
    {
        var answers = new ControlAnswers(() => throw new NotSupportedException(), () => throw new NotSupportedException(), _ => throw new NotSupportedException(), new QueueAnswers(_rig.Queue.Operations));
        _answering = new ControlSocket(SocketPath, answers.AnswerAsync, TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token);
    }
}
