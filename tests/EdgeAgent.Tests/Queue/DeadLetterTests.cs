using EdgeAgent.Queue;
using EdgeAgent.Readings;
using static EdgeAgent.Tests.Queue.OperationsTests;

namespace EdgeAgent.Tests.Queue;

public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_letter_that_is_retried_goes_under_its_old_id_behind_all_that_waits()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, [1, 2]);
        await rig.AppendAsync([3, 4, 5]);
        var change = Value(await rig.Queue.Operations.RetryDeadLettersAsync(null));
        Assert.Equal(5, rig.Queue.Snapshot().Depth);

        var order = new List<(long, MessageId)>();
        foreach (var lane in new[] { Lane.Live, Lane.Live, Lane.Live, Lane.Backlog, Lane.Backlog })
        {
            var message = (await rig.TakeAsync(lane, 1)).Single();
            order.Add((message.Body.Bits, MessageId.Of(in message)));
            rig.Queue.Acknowledge([message.Sequence]);
        }

        await rig.FlushAsync();

        Assert.Equal(2, change.Done);
        Assert.Equal([3, 4, 5, 1, 2], order.Select(static taken => taken.Item1));
        Assert.Equal(ids, order.Skip(3).Select(static taken => taken.Item2));
        Assert.Equal((0, 0, 2), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().DeadLetters, rig.Queue.Snapshot().LostFor(LossReason.Retried)));
        Assert.Equal(0, rig.Ask("SELECT count(*) FROM dead"));
    }

    [Fact]
    public async Task The_backlog_goes_first_also_after_a_restart()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, [1]);
        rig.Queue.EndConnection();
        await rig.AppendAsync(Enumerable.Range(10, 50));
        _ = Value(await rig.Queue.Operations.RetryDeadLettersAsync(ids));
        await rig.ReopenAsync();
        Assert.Equal(51, rig.Queue.Snapshot().Depth);
        rig.Queue.BeginConnection();

        Assert.Equal([.. Enumerable.Range(10, 50).Select(static value => (long)value), 1L], await rig.DrainAsync());
        await rig.ReopenAsync();
        Assert.Equal(0, rig.Queue.Snapshot().Depth);
    }

    [Fact]
    public async Task A_letter_that_is_refused_again_has_the_new_reason_and_one_attempt_more()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, [1]);
        _ = Value(await rig.Queue.Operations.RetryDeadLettersAsync(ids));
        Assert.True(Value(await rig.Queue.Operations.ListDeadLettersAsync(0, 10)).Letters.Single().IsRetried);
        var message = (await rig.TakeAsync(Lane.Backlog, 1)).Single();
        rig.Queue.Quarantine(message.Sequence, 0x95, "too large");
        await rig.FlushAsync();

        var letter = Value(await rig.Queue.Operations.ListDeadLettersAsync(0, 10)).Letters.Single();

        Assert.Equal((2, (byte)0x95, "too large", false), (letter.Attempts, letter.ReasonCode, letter.Text, letter.IsRetried));
        Assert.Equal((0, 2), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().LostFor(LossReason.Refused)));
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
    }

    [Fact]
    public async Task A_letter_in_flight_when_the_connection_ends_is_offered_again()
    {
        await using var rig = new QueueRig().Open();
        _ = Value(await rig.Queue.Operations.RetryDeadLettersAsync(await RefuseAsync(rig, [1])));
        var first = (await rig.TakeAsync(Lane.Backlog, 1)).Single();
        rig.Queue.EndConnection();
        rig.Queue.Acknowledge([first.Sequence]);
        rig.Queue.BeginConnection();

        Assert.Equal(first.Sequence, (await rig.TakeAsync(Lane.Backlog, 1)).Single().Sequence);
        Assert.Equal(1, rig.Queue.Snapshot().Depth);
    }

    [Fact]
    public async Task Letters_are_dropped_for_good_but_not_on_their_way_to_the_broker()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, [1, 2, 3]);
        _ = Value(await rig.Queue.Operations.RetryDeadLettersAsync([ids[0]]));
        _ = await rig.TakeAsync(Lane.Backlog, 1);
        var unknown = new MessageId(7, 7);

        var change = Value(await rig.Queue.Operations.DropDeadLettersAsync([.. ids, unknown]));

        Assert.Equal(2, change.Done);
        Assert.Equal((MessageId[])[ids[0], unknown], change.Passed);
        Assert.Equal(1, rig.Ask("SELECT count(*) FROM dead"));
        Assert.Equal(2, rig.Queue.Snapshot().LostFor(LossReason.Discarded));
    }

    [Fact]
    public async Task A_retry_whose_commit_fails_is_committed_later_and_told_once()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, [1, 2]);
        await rig.CloseAsync();
        DamageTests.Sql(rig.Config.Path, "CREATE TRIGGER fault BEFORE UPDATE ON dead WHEN NEW.seq = 2 BEGIN SELECT RAISE(ABORT, 'fault'); END");
        rig.Open();
        rig.Queue.BeginConnection();
        var retry = rig.Queue.Operations.RetryDeadLettersAsync(null);
        await UntilAsync(() => rig.Queue.Snapshot().Store == StoreHealth.Failing);
        Assert.Equal((0, 2), (rig.Ask("SELECT sum(retried) FROM dead"), rig.Queue.Snapshot().Depth));

        // The file is closed until it is tried again.
        DamageTests.Sql(rig.Config.Path, "DROP TRIGGER fault");
        await UntilAsync(() => retry.IsCompleted, rig);
        var taken = await rig.TakeAsync(Lane.Backlog, 2);
        Assert.Equal(ids, taken.Select(static message => MessageId.Of(in message)));
        Assert.Equal((2, 2), (rig.Ask("SELECT sum(retried) FROM dead"), rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 10")));
        rig.Acknowledge(taken);
        await rig.FlushAsync();

        Assert.Equal((0, 0), (rig.Ask("SELECT count(*) FROM dead"), rig.Queue.Snapshot().Depth));
    }

    [Fact]
    public async Task There_are_never_more_letters_than_may_be_kept_and_the_oldest_go_accounted()
    {
        await using var rig = new QueueRig().Open();
        var ids = await RefuseAsync(rig, Enumerable.Range(0, DeadRows.MostLetters + 50));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        var kept = Value(await rig.Queue.Operations.ListDeadLettersAsync(0, FilePages.MostRows)).Letters;

        Assert.Equal(ids.Skip(50), kept.Select(static letter => letter.Row.Id));
        Assert.Equal(50, rig.Queue.Snapshot().LostFor(LossReason.Discarded));
        Assert.Equal(50, rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 11"));
    }

    [Fact]
    public async Task Letters_are_bounded_in_bytes_too()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        for (var i = 0; i < 8; i++)
        {
            _ = await rig.Queue.AppendAsync(rig.Boiler, ++rig.Clock.Now, MessageBody.OfBytes(new byte[1 << 20]), default);
            rig.Queue.Quarantine((await rig.TakeAsync(Lane.Live, 1)).Single().Sequence, 0x95, null);
        }

        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.InRange(rig.Ask("SELECT total(length(v)) FROM dead"), 3 << 20, DeadRows.MostBytes);
    }

    /// <summary>Waits, and lets time pass meanwhile where a rig is given.</summary>
    private static async Task UntilAsync(Func<bool> isReached, QueueRig? rig = null)
    {
        using var deadline = new CancellationTokenSource(QueueRig.Deadline);
        while (!isReached())
        {
            rig?.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task<List<MessageId>> RefuseAsync(QueueRig rig, IEnumerable<int> values)
    {
        rig.Queue.BeginConnection();
        var ids = new List<MessageId>();
        foreach (var value in values)
        {
            await rig.AppendAsync(value);
            var message = (await rig.TakeAsync(Lane.Live, 1)).Single();
            ids.Add(MessageId.Of(in message));
            rig.Queue.Quarantine(message.Sequence, 0x90, "no such topic");
        }

        await rig.FlushAsync();
        return ids;
    }
}
