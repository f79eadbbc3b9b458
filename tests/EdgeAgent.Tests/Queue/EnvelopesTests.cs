using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>No message loses what it shares with others, however many topics come and go.</summary>
public sealed class EnvelopesTests
{
    /// <summary>More than are in memory at once.</summary>
    private const int ManyTopics = EnvelopeTable.Capacity + 76;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_backlog_of_an_earlier_run_is_delivered_though_a_thousand_topics_came_since(int runs)
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 100));
        for (var run = 0; run < runs; run++)
        {
            await rig.ReopenAsync();
            await AppendTopicsAsync(rig, $"run{run}", ManyTopics);
        }

        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var values = await rig.DrainAsync();

        Assert.Equal(100 + (runs * ManyTopics), values.Count);
        Assert.Equal((0, 0), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().Lost.Sum()));
    }

    [Fact]
    public async Task An_envelope_whose_end_an_older_program_has_noted_wrongly_is_kept()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 100));
        await rig.CloseAsync();
        rig.Execute("UPDATE envelope SET last_seq = 0");

        rig.Open();
        await rig.ReopenAsync();
        rig.Queue.BeginConnection();

        Assert.Equal(Enumerable.Range(0, 100).Select(static value => (long)value), await rig.DrainAsync());
    }

    [Fact]
    public async Task What_is_read_again_before_its_end_is_noted_takes_no_new_messages()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        var lookup = new RowLookup(bench.State, bench.File);
        for (var i = 0; i < EnvelopeTable.Capacity; i++)
        {
            bench.Append(i, rig.Boiler with { Topic = $"t/{i}" });
        }

        // Out of memory and, for the store, in use: a row under it is read.
        Assert.Equal("pi/boiler", lookup.Envelope(1)?.Envelope.Topic);
        bench.Append(2);
        Assert.True(bench.Write());

        // The file may forget an envelope once all messages up to its last one have ended.
        Assert.Empty(bench.Ask("SELECT m.seq FROM message m LEFT JOIN envelope e ON e.id = m.env WHERE e.id IS NULL OR e.last_seq < m.seq"));
    }

    [Fact]
    public async Task What_waits_to_be_written_keeps_its_envelope_and_era_beyond_a_step_of_the_clock()
    {
        await using var rig = new QueueRig();
        using var bench = new StoreBench(rig);
        bench.Append(1);
        Assert.True(bench.Write());
        var name = Assert.Single(bench.Ask("SELECT name FROM era"));
        bench.DeliverNewest();
        bench.Append(2);
        for (var i = 0; i < EnvelopeTable.Capacity; i++)
        {
            bench.Append(i, rig.Boiler with { Topic = $"t/{i}" });
        }

        rig.Clock.Offset += 60_000;
        bench.CheckClock();
        bench.WriteWithoutRows();
        bench.Tidy();
        Assert.True(bench.Write());

        Assert.Empty(bench.Ask("SELECT m.seq FROM message m LEFT JOIN envelope e ON e.id = m.env WHERE m.seq > 1 AND e.id IS NULL"));
        Assert.Equal(name, Assert.Single(bench.Ask("SELECT name FROM era WHERE first_seq <= 2")));
    }

    [Fact]
    public async Task Rows_whose_envelope_is_gone_are_told_as_unreadable_and_leave_the_depth()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 10_000));
        await rig.AppendAsync(Enumerable.Range(10_000, 100), rig.Boiler with { Topic = "pi/cellar" });
        await rig.CloseAsync();
        rig.Execute("DELETE FROM envelope WHERE id = (SELECT env FROM message WHERE seq = 1)");

        rig.Open();
        rig.Queue.BeginConnection();
        var values = await rig.DrainAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var told = new ToldLosses();
        told.Add((await rig.TakeAsync(Lane.Ledger, 1))[0]);
        await rig.FlushAsync();

        Assert.Equal(Enumerable.Range(10_000, 100).Select(static value => (long)value), values.Order());
        Assert.Equal((10_000, 0, 0), (told.Of("unreadable"), rig.Queue.Snapshot().Depth, rig.Values().Count));
    }

    [Fact]
    public async Task Rows_whose_envelope_is_gone_are_told_also_where_only_their_age_is_looked_at()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 10));
        await rig.AppendAsync(Enumerable.Range(10, 5), rig.Boiler with { Topic = "pi/cellar" });
        await rig.CloseAsync();
        rig.Execute("DELETE FROM envelope WHERE id = (SELECT env FROM message WHERE seq = 1)");

        rig.Open();
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.Equal((10, 5), (rig.Queue.Snapshot().LostFor(LossReason.Unreadable), rig.Queue.Snapshot().Depth));
    }

    private static async Task AppendTopicsAsync(QueueRig rig, string prefix, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await rig.AppendAsync(i, rig.Boiler with { Topic = $"{prefix}/{i}" });
        }
    }
}
