using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

public sealed class DeliveryOrderTests
{
    [Fact]
    public async Task A_broker_that_puts_everything_off_is_given_so_much_and_then_what_has_waited_long_enough()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        var putOff = 0;
        for (var i = 0; i < 3 * Retries.Many; i++)
        {
            await rig.AppendAsync(i);
            while (rig.Queue.TryTake(Lane.Live, out var message) || rig.Queue.TryTake(Lane.Backlog, out message))
            {
                rig.Queue.Leave(message.Sequence, TimeSpan.FromSeconds(5));
                putOff++;
            }
        }

        Assert.Equal(Retries.Many, putOff);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Enumerable.Range(0, 3 * Retries.Many).Select(static value => (long)value), (await rig.DrainAsync()).Order());
    }

    [Fact]
    public async Task What_is_accepted_during_the_connection_is_live_and_the_rest_is_backlog()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2, 3]);
        rig.Queue.BeginConnection();

        // The newest of the topic goes first, then what came during the connection.
        var live = await rig.TakeAsync(Lane.Live, 1);
        await rig.AppendAsync([4, 5]);
        live = [.. live, .. await rig.TakeAsync(Lane.Live, 2)];
        var backlog = await rig.TakeAsync(Lane.Backlog, 2);

        Assert.Equal([3, 4, 5], live.Select(static message => message.Body.Bits));
        Assert.Equal([1, 2], backlog.Select(static message => message.Body.Bits));
        Assert.False(rig.Queue.TryTake(Lane.Live, out _));
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        Assert.Equal(5, rig.Queue.Snapshot().InFlight);
    }

    [Fact]
    public async Task A_live_message_becomes_backlog_after_ten_seconds()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        await rig.AppendAsync([1, 2]);
        rig.Time.Advance(TimeSpan.FromSeconds(9));
        await rig.AppendAsync(3);
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, (await rig.TakeAsync(Lane.Live, 1))[0].Body.Bits);
        Assert.Equal([1, 2], (await rig.TakeAsync(Lane.Backlog, 2)).Select(static message => message.Body.Bits));
        Assert.False(rig.Queue.TryTake(Lane.Live, out _));
    }

    [Fact]
    public async Task What_the_live_lane_delivered_late_is_not_read_from_disk_as_backlog()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        await rig.AppendAsync(Enumerable.Range(1, 10));
        var slow = await rig.TakeAsync(Lane.Live, 10);
        await rig.FlushAsync();
        rig.Acknowledge(slow[..5]);
        await rig.FlushAsync();

        // So old that none of them is in memory any more; the first five are removed, and their rows are still in the file.
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.AppendAsync(11);
        await rig.FlushAsync();
        Assert.Equal(11, rig.Ask("SELECT count(*) FROM message"));
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        var backlog = await rig.TakeAsync(Lane.Backlog, 1);

        Assert.Equal(11, backlog[0].Body.Bits);
        rig.Acknowledge([.. slow[5..], .. backlog]);
        Assert.Equal((0, 11), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().Acknowledged));
    }

    [Fact]
    public async Task High_priority_goes_before_normal_in_each_lane()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2]);
        await rig.AppendAsync([10, 11], rig.Alarm);
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        await rig.AppendAsync([3]);
        await rig.AppendAsync([12], rig.Alarm);

        Assert.Equal([12, 3], (await rig.TakeAsync(Lane.Live, 2)).Select(static message => message.Body.Bits));
        Assert.Equal([10, 11, 1, 2], (await rig.TakeAsync(Lane.Backlog, 4)).Select(static message => message.Body.Bits));
    }

    [Fact]
    public async Task A_backlog_of_many_chunks_comes_whole_and_in_order()
    {
        const int Count = 3 * Chunk.MostRows + 17;
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, Count));
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();

        Assert.Equal(Enumerable.Range(0, Count).Select(static value => (long)value), await rig.DrainAsync());
        await rig.FlushAsync();
        Assert.Equal(0, rig.Ask("SELECT count(*) FROM message"));
        Assert.Equal(0, rig.Queue.Snapshot().InFlight);
    }

    [Fact]
    public async Task After_the_connection_everything_unacknowledged_is_offered_again_in_order()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 100));
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        await rig.AppendAsync(Enumerable.Range(100, 10));
        var backlog = await rig.TakeAsync(Lane.Backlog, 60);
        var live = await rig.TakeAsync(Lane.Live, 10);
        rig.Acknowledge(backlog.Where(static message => message.Body.Bits % 3 == 0));
        rig.Acknowledge(live.Where(static message => message.Body.Bits % 2 == 0));

        rig.Queue.EndConnection();
        Assert.Equal(0, rig.Queue.Snapshot().InFlight);
        rig.Queue.BeginConnection();

        var expected = Enumerable.Range(0, 110).Select(static value => (long)value)
            .Where(static value => value < 100 ? value >= 60 || value % 3 != 0 : value % 2 != 0);
        var newest = (await rig.TakeAsync(Lane.Live, 1))[0];
        Assert.Equal(109, newest.Body.Bits);
        rig.Acknowledge([newest]);
        Assert.Equal(expected.Where(static value => value != 109), await rig.DrainAsync());
    }

    [Fact]
    public async Task What_is_acknowledged_late_or_twice_changes_nothing()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2]);
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 1);
        rig.Queue.EndConnection();
        rig.Acknowledge(taken);
        rig.Queue.Acknowledge([999, -1, 0]);
        Assert.Equal(2, rig.Queue.Snapshot().Depth);

        rig.Queue.BeginConnection();
        var again = await rig.TakeAsync(Lane.Live, 1);
        rig.Acknowledge(again);
        rig.Acknowledge(again);

        Assert.Equal(1, rig.Queue.Snapshot().Depth);
        Assert.Equal(1, rig.Queue.Snapshot().Acknowledged);
    }

    [Fact]
    public async Task A_message_that_is_left_is_the_next_to_be_offered()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 20));
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 3);

        rig.Queue.Leave(taken[1].Sequence);
        rig.Queue.Leave(taken[2].Sequence);

        Assert.Equal([1, 2, 3], (await rig.TakeAsync(Lane.Backlog, 3)).Select(static message => message.Body.Bits));
    }

    [Fact]
    public async Task A_message_to_be_tried_later_comes_when_it_is_due_whether_in_memory_or_on_disk()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1]);
        await rig.ReopenAsync();
        await rig.AppendAsync([2]);
        rig.Queue.BeginConnection();
        foreach (var message in await rig.TakeAsync(Lane.Backlog, 1))
        {
            rig.Queue.Leave(message.Sequence, TimeSpan.FromSeconds(5));
        }

        foreach (var message in await rig.TakeAsync(Lane.Live, 1))
        {
            rig.Queue.Leave(message.Sequence, TimeSpan.FromSeconds(5));
        }

        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        Assert.Equal(2, rig.Queue.Snapshot().Depth);
        rig.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([1, 2], (await rig.TakeAsync(Lane.Backlog, 2)).Select(static message => message.Body.Bits).Order());
    }

    [Fact]
    public async Task Messages_to_be_tried_later_are_not_lost_with_the_connection()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2, 3]);
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 3);
        rig.Queue.Leave(taken[0].Sequence, TimeSpan.FromHours(1));
        rig.Acknowledge(taken.Skip(1));
        rig.Queue.EndConnection();
        rig.Queue.BeginConnection();

        Assert.Equal([1], await rig.DrainAsync());
    }

    [Fact]
    public async Task The_drainer_is_told_when_something_comes_after_an_empty_take()
    {
        await using var rig = new QueueRig().Open();
        var told = 0;
        rig.Queue.Available = () => Interlocked.Increment(ref told);
        rig.Queue.BeginConnection();
        Assert.False(rig.Queue.TryTake(Lane.Live, out _));
        await rig.AppendAsync([1, 2, 3]);

        Assert.Equal(1, told);
        Assert.Equal([1, 2, 3], (await rig.TakeAsync(Lane.Live, 3)).Select(static message => message.Body.Bits));
    }

    [Fact]
    public async Task A_refused_message_becomes_a_dead_letter_and_leaves_the_queue()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2]);
        await rig.ReopenAsync();
        await rig.AppendAsync([3]);
        rig.Queue.BeginConnection();
        foreach (var message in await rig.TakeAsync(Lane.Backlog, 2))
        {
            rig.Queue.Quarantine(message.Sequence, 0x99, "no such field");
        }

        foreach (var message in await rig.TakeAsync(Lane.Live, 1))
        {
            rig.Queue.Quarantine(message.Sequence, 0x95, null);
        }

        await rig.FlushAsync();

        Assert.Equal(3, rig.Ask("SELECT count(*) FROM dead"));
        Assert.Equal(6, rig.Ask("SELECT sum(v) FROM dead"));
        Assert.Equal(0, rig.Ask("SELECT count(*) FROM message"));
        Assert.Equal(3, rig.Queue.Snapshot().DeadLetters);
        Assert.Equal(3, rig.Queue.Snapshot().LostFor(LossReason.Refused));
        Assert.Equal(0, rig.Queue.Snapshot().Depth);
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
    }
}
