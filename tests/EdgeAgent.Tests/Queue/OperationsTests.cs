using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class OperationsTests
{
    [Fact]
    public async Task Pages_show_what_is_on_disk_and_in_memory_in_the_order_of_acceptance()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 40));
        await rig.AppendAsync([40, 41], rig.Alarm);
        await rig.ReopenAsync();
        await rig.AppendAsync(Enumerable.Range(42, 20));

        var rows = new List<QueueRow>();
        for (long? from = 0; from is { } next;)
        {
            var page = Value(await rig.Queue.Operations.ListAsync(next, 7));
            Assert.InRange(page.Rows.Length, 1, 7);
            rows.AddRange(page.Rows);
            from = page.Next;
        }

        Assert.Equal(Enumerable.Range(0, 62).Select(static value => (long)value), rows.Select(static row => row.Body.Bits));
        Assert.Equal(rows.Select(static row => row.Sequence).Order().Distinct(), rows.Select(static row => row.Sequence));
        Assert.All(rows, static row => Assert.Equal(QueueRowState.Waiting, row.State));
        Assert.Equal([40L, 41L], rows.Where(static row => row.Envelope.Priority == MessagePriority.High).Select(static row => row.Body.Bits));
        Assert.Equal(1_780_000_005_001, rows[0].WallTime);
    }

    [Fact]
    public async Task A_page_says_what_is_in_flight_and_what_is_parked_and_leaves_out_what_has_ended()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 4));
        await rig.ReopenAsync();
        await rig.AppendAsync([4, 5]);
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 3);
        rig.Acknowledge(taken.Take(1));
        var flying = Value(await rig.Queue.Operations.ListAsync(0, 100)).Rows;
        rig.Queue.Park(taken[1].Sequence, TimeSpan.FromMinutes(1));
        var parked = Value(await rig.Queue.Operations.ListAsync(0, 100)).Rows;

        Assert.Equal([(1, QueueRowState.InFlight), (2, QueueRowState.InFlight), (3, QueueRowState.Waiting), (4, QueueRowState.Waiting), (5, QueueRowState.Waiting)],
            flying.Select(static row => ((int)row.Body.Bits, row.State)));
        Assert.Equal([(1, QueueRowState.Parked), (2, QueueRowState.InFlight), (3, QueueRowState.Parked), (4, QueueRowState.Parked), (5, QueueRowState.Parked)],
            parked.Select(static row => ((int)row.Body.Bits, row.State)));
    }

    [Fact]
    public async Task A_message_is_found_by_its_id_and_by_no_other()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([10, 11, 12]);
        var row = Value(await rig.Queue.Operations.ListAsync(0, 3)).Rows[1];

        Assert.Equal(11, Value(await rig.Queue.Operations.GetAsync(row.Id)).Body.Bits);
        Assert.Equal(default, await rig.Queue.Operations.GetAsync(row.Id with { Era = row.Id.Era + 1 }));
        Assert.Equal(default, await rig.Queue.Operations.GetAsync(row.Id with { Sequence = 999 }));
    }

    [Fact]
    public async Task A_purge_by_topic_ends_that_topic_alone_on_disk_and_in_memory_and_the_ledger_has_every_one()
    {
        await using var rig = new QueueRig().Open();
        for (var i = 0; i < 3_000; i++)
        {
            await rig.AppendAsync(i, i % 3 == 0 ? rig.Alarm : rig.Boiler);
        }

        await rig.ReopenAsync();
        for (var i = 3_000; i < 3_300; i++)
        {
            await rig.AppendAsync(i, i % 3 == 0 ? rig.Alarm : rig.Boiler);
        }

        var result = Value(await rig.Queue.Operations.PurgeAsync(new(null, "+/alarm"), default));

        Assert.Equal(new PurgeResult(1_100, 0), result);
        Assert.Equal(1_100, rig.Queue.Snapshot().LostFor(LossReason.Purged));
        Assert.Equal(2_200, rig.Queue.Snapshot().Depth);
        await using var crashed = rig.Crashed();
        Assert.Equal(1_100, crashed.Ask("SELECT sum(count) FROM ledger WHERE reason = 7"));
        rig.Queue.BeginConnection();
        Assert.Equal(Enumerable.Range(0, 3_300).Where(static value => value % 3 != 0).Select(static value => (long)value), (await rig.DrainAsync()).Order());
    }

    [Fact]
    public async Task A_purge_by_time_leaves_what_was_taken_later_and_what_is_in_flight()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 20));
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 2);
        var before = Value(await rig.Queue.Operations.ListAsync(0, 100)).Rows[10].WallTime;

        var result = Value(await rig.Queue.Operations.PurgeAsync(new(before, null), default));
        rig.Acknowledge(taken);

        Assert.Equal(new PurgeResult(8, 2), result);
        Assert.Equal(Enumerable.Range(10, 10).Select(static value => (long)value), await rig.DrainAsync());
    }

    [Fact]
    public async Task A_purge_takes_what_waits_to_be_tried_again_and_counts_only_what_is_in_flight()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2, 3]);
        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.AppendAsync([4, 5, 6]);
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 6);
        foreach (var message in taken.Where(static message => message.Body.Bits is 2 or 5))
        {
            rig.Queue.Leave(message.Sequence, TimeSpan.FromSeconds(1));
        }

        var result = Value(await rig.Queue.Operations.PurgeAsync(new(null, "#"), default));
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        rig.Acknowledge(taken);

        Assert.Equal(new PurgeResult(2, 4), result);
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        Assert.Equal((0, 4, 2), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().Acknowledged, rig.Queue.Snapshot().LostFor(LossReason.Purged)));
    }

    [Fact]
    public async Task A_purge_leaves_what_was_accepted_after_it_was_asked_for()
    {
        await using var rig = new QueueRig();
        var queue = rig.TryOpen().Queue!;
        for (var i = 0; i < 5; i++)
        {
            await queue.AppendAsync(rig.Boiler, ++rig.Clock.Now, MessageBody.Of(i), default);
        }

        // Nobody answers before the queue runs.
        var purge = queue.Operations.PurgeAsync(new(null, "#"), default);
        await queue.AppendAsync(rig.Boiler, ++rig.Clock.Now, MessageBody.Of(5), default);
        var running = queue.RunAsync(default);

        Assert.Equal(new PurgeResult(5, 0), Value(await purge.WaitAsync(QueueRig.Deadline)));
        await queue.DisposeAsync();
        await running;
        Assert.Equal([5], rig.Values());
    }

    [Fact]
    public async Task A_purge_on_a_full_disk_is_done_and_told_as_done_and_never_called_failed_and_done_later()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { KeepFree = long.MaxValue };
        var queue = rig.TryOpen().Queue!;
        foreach (var envelope in new[] { rig.Boiler, rig.Boiler, rig.Alarm })
        {
            await queue.AppendAsync(envelope, ++rig.Clock.Now, MessageBody.Of(1), default);
        }

        // The alarm is due to be written, and is refused, in the pass that answers.
        var purge = queue.Operations.PurgeAsync(new(null, "pi/boiler"), default);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        var running = queue.RunAsync(default);
        await queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        rig.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(new PurgeResult(2, 0), Value(await purge.WaitAsync(QueueRig.Deadline)));
        Assert.Equal(2, rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 7"));
        Assert.Equal(StoreHealth.Full, queue.Snapshot().Store);
        await queue.DisposeAsync();
        await running;
    }

    [Fact]
    public async Task The_information_says_how_big_the_file_is_and_what_is_oldest_in_it()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 100));
        await rig.FlushAsync();

        var info = Value(await rig.Queue.Operations.InfoAsync());

        Assert.Equal((100, true, 0, Schema.Version), (info.Depth, info.IsDepthExact, info.Oldest!.Body.Bits, info.SchemaVersion));
        Assert.Equal(new FileInfo(rig.Config.Path).Length, info.FileBytes);
        Assert.Equal(new FileInfo(rig.Config.Path + "-wal").Length, info.WalBytes);
        Assert.Equal(info.Oldest.Era.Name, info.Era!.Name);
        Assert.Equal(100, info.Snapshot!.Accepted);
    }

    [Fact]
    public async Task After_the_close_a_question_is_refused_and_never_left_open()
    {
        var rig = new QueueRig().Open();
        var queue = rig.Queue;
        await rig.DisposeAsync();

        Assert.NotNull((await queue.Operations.ListAsync(0, 1).WaitAsync(QueueRig.Deadline)).Problem);
    }

    internal static T Value<T>(QueueAnswer<T> answer)
        where T : class
    {
        Assert.Null(answer.Problem);
        return Assert.IsType<T>(answer.Value);
    }
}
