using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>What a failed commit leaves: nothing of it is taken for written, and nothing for lost.</summary>
public sealed class StoreWriterTests
{
    [Fact]
    public async Task After_a_failed_commit_the_file_is_closed_and_a_new_connection_gets_what_was_not_known_to_be_written()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        bench.Append(2);
        bench.Append(3);
        bench.FailWrites();

        Assert.False(bench.Write());
        Assert.Equal((false, StoreHealth.Failing, 2), (bench.File.IsOpen, bench.Writer.Health, bench.State.WriteBehind.Count));
        Assert.Equal([1], rig.Values());

        Assert.True(bench.Write());
        Assert.Equal((true, StoreHealth.Healthy, 0), (bench.File.IsOpen, bench.Writer.Health, bench.State.WriteBehind.Count));
        Assert.Equal([1, 2, 3], rig.Values());
    }

    [Fact]
    public async Task What_a_failed_commit_has_brought_to_the_disk_after_all_is_there_once()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        bench.Append(2);
        bench.Append(3);
        bench.FailWrites();
        Assert.False(bench.Write());

        // As after a sync that failed although some of its pages had arrived: found in the WAL by the next opening.
        DamageTests.Sql(rig.Config.Path, "INSERT INTO message(seq, env, t, v) SELECT seq + 1, env, t + 1, 2 FROM message");
        Assert.Equal([1, 2], rig.Values());

        Assert.True(bench.Write());
        Assert.Equal([1, 2, 3], rig.Values());
        Assert.Equal(0, bench.State.WriteBehind.Count);
    }

    [Fact]
    public async Task What_a_message_that_ended_meanwhile_has_brought_to_the_disk_is_removed()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        bench.Append(2);
        bench.FailWrites();
        Assert.False(bench.Write());
        DamageTests.Sql(rig.Config.Path, "INSERT INTO message(seq, env, t, v) SELECT seq + 1, env, t + 1, 2 FROM message");
        lock (bench.State.Gate)
        {
            bench.State.Endings.LoseSlot(2, LossReason.Purged);
        }

        Assert.True(bench.Write());
        Assert.Equal([1], rig.Values());
    }

    [Fact]
    public async Task What_was_decided_is_told_as_done_when_it_is_durable_and_not_before()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        var (purge, _) = bench.Inspection.Purge(new(null, "#"), 0, long.MaxValue);
        Task<bool> done;
        lock (bench.State.Gate)
        {
            done = bench.Schedule.Waiters.WhenDecisionsAreDurable();
        }

        bench.FailWrites();
        Assert.False(bench.Write());
        Assert.Equal((1, false), (purge.Purged, done.IsCompleted));

        Assert.True(bench.Write());
        Assert.True(await done.WaitAsync(QueueRig.Deadline));
        Assert.Equal([], rig.Values());
        Assert.Equal(1, rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 7"));
    }

    [Fact]
    public async Task What_was_noted_of_the_tables_in_a_transaction_is_forgotten_with_it()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        for (var value = 1; value <= 10; value++)
        {
            bench.Append(value);
        }

        Assert.True(bench.Write());
        var database = bench.File.Database;
        var removal = database.Removals[0];
        database.Transact(isSynchronous: true, () => removal.Remove([new(1, 10)], 10, long.MaxValue));

        Assert.Throws<StoreException>(() => database.Transact(isSynchronous: true, () =>
        {
            removal.GiveBack(database.Size, 0);
            removal.MakeWay(5);
            Assert.Equal((4, 0), (removal.RemovedTo, removal.Count));
            throw new StoreException(SQLitePCL.raw.SQLITE_FULL, "no room");
        }));

        Assert.Equal((10, 10), (removal.RemovedTo, removal.Count));
        Assert.True(removal.CanGiveBack(database.Size, 0, isNeeded: false));
    }
}
