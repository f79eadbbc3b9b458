using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

public sealed class ClockTests
{
    [Fact]
    public async Task Messages_taken_before_the_clock_was_set_are_corrected_in_memory_and_on_disk()
    {
        await using var rig = new QueueRig();
        rig.Clock.Synchronized = false;
        rig.Clock.Offset = 0;
        rig.Open();
        await rig.AppendAsync([1]);
        await rig.ReopenAsync();
        await rig.AppendAsync([2]);
        await rig.FlushAsync();

        rig.Clock.Offset = 1_780_000_000_000;
        rig.Clock.Synchronized = true;
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.Queue.SettleAsync();

        await using var crashed = rig.Crashed().Open();
        foreach (var queue in new[] { rig, crashed })
        {
            queue.Queue.BeginConnection();
            foreach (var message in await queue.TakeAsync(Lane.Backlog, 2))
            {
                Assert.True(message.Era.IsSynchronized);
                Assert.InRange(message.WallTime, 1_780_000_000_000, 1_780_000_100_000);
            }
        }
    }

    [Fact]
    public async Task What_nobody_can_correct_stays_marked_as_unsure()
    {
        await using var rig = new QueueRig();
        rig.Clock.Synchronized = false;
        rig.Open();
        await rig.AppendAsync([1]);
        await rig.CloseAsync();
        rig.Clock.Boot = "boot-2";
        rig.Clock.Synchronized = true;
        rig.Open();
        rig.Queue.BeginConnection();

        Assert.False((await rig.TakeAsync(Lane.Backlog, 1))[0].Era.IsSynchronized);
    }

    [Fact]
    public async Task A_step_of_a_set_clock_begins_an_era_and_leaves_older_times_alone()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1]);
        rig.Clock.Offset += 86_400_000;
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.Queue.SettleAsync();
        await rig.AppendAsync([2]);
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 2);

        Assert.NotEqual(taken[0].Era.Name, taken[1].Era.Name);
        Assert.Equal(86_400_000 + 1, taken[1].WallTime - taken[0].WallTime);
    }

    [Fact]
    public async Task A_message_after_a_step_of_the_clock_has_the_same_id_and_time_from_memory_and_from_the_disk()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(1);
        await rig.FlushAsync();
        rig.Clock.Offset += 3_600_000;
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        await rig.AppendAsync(2);
        var inMemory = OperationsTests.Value(await rig.Queue.Operations.ListAsync(0, 2)).Rows;

        // What is ten seconds old, and written, leaves memory with the next commit.
        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.AppendAsync(3);
        await rig.FlushAsync();
        rig.Queue.BeginConnection();
        var fromDisk = await rig.TakeAsync(Lane.Backlog, 2);

        Assert.NotEqual(inMemory[0].Era, inMemory[1].Era);
        Assert.Equal(inMemory.Select(static row => (row.Id, row.WallTime)), fromDisk.Select(static message => (MessageId.Of(in message), message.WallTime)));
    }

    [Fact]
    public async Task A_flush_with_nothing_to_write_does_not_forget_the_era_that_has_begun()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(1);
        await rig.FlushAsync();
        rig.Clock.Offset += 86_400_000;
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.FlushAsync();
        await rig.AppendAsync(2);
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 2);

        Assert.NotEqual(taken[0].Era.Name, taken[1].Era.Name);
        Assert.Equal(86_400_000 + 1, taken[1].WallTime - taken[0].WallTime);
    }

    [Fact]
    public async Task A_flush_with_nothing_to_write_does_not_forget_that_the_clock_was_set()
    {
        await using var rig = new QueueRig();
        (rig.Clock.Synchronized, rig.Clock.Offset) = (false, 0);
        rig.Open();
        (rig.Clock.Synchronized, rig.Clock.Offset) = (true, 1_780_000_000_000);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.FlushAsync();
        await rig.AppendAsync(1);
        await rig.FlushAsync();

        await using var crashed = rig.Crashed();
        (crashed.Clock.Boot, crashed.Clock.Synchronized) = ("boot-2", false);
        crashed.Open();
        crashed.Queue.BeginConnection();
        var taken = (await crashed.TakeAsync(Lane.Backlog, 1))[0];

        Assert.True(taken.Era.IsSynchronized);
        Assert.InRange(taken.WallTime, 1_780_000_000_000, 1_780_000_100_000);
    }
}
