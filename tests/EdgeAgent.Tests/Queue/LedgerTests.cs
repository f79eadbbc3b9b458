using System.Text;
using System.Text.Json;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class LedgerTests
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Keep_latest_gives_up_what_an_earlier_run_stored()
    {
        await using var rig = new QueueRig().Open();
        var latest = rig.Boiler with { Offline = OfflinePolicy.KeepLatest };
        await rig.AppendAsync([1, 2], latest);
        await rig.AppendAsync([3], rig.Boiler);
        await rig.ReopenAsync();
        await rig.AppendAsync([4], latest);
        await rig.ReopenAsync();
        await rig.AppendAsync([5], latest);
        await rig.FlushAsync();

        Assert.Equal([3, 5], rig.Values().Order());
        Assert.Equal((2, 1), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().LostFor(LossReason.Superseded)));
        Assert.Equal(3, rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 3"));
        rig.Queue.BeginConnection();
        Assert.Equal([3, 5], (await rig.DrainAsync()).Order());
    }

    [Fact]
    public async Task Keep_latest_gives_up_nothing_that_was_delivered_before_the_restart()
    {
        await using var rig = new QueueRig().Open();
        var latest = rig.Boiler with { Offline = OfflinePolicy.KeepLatest };
        await rig.AppendAsync([1], latest);
        await rig.FlushAsync();
        rig.Queue.BeginConnection();
        Assert.Equal([1], await rig.DrainAsync());
        await rig.ReopenAsync();
        await rig.AppendAsync([2], latest);

        Assert.Equal((1, 0), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().LostFor(LossReason.Superseded)));
    }

    [Fact]
    public async Task Losses_of_one_kind_and_topic_become_one_entry_that_is_delivered()
    {
        await using var rig = new QueueRig().Open();
        var fleeting = rig.Boiler with { Expiry = TimeSpan.FromSeconds(10) };
        await rig.AppendAsync(Enumerable.Range(0, 7), fleeting);
        rig.Clock.Now += 11_000;
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.AppendAsync([100], fleeting);
        rig.Queue.BeginConnection();

        Assert.Equal([100], await rig.DrainAsync());
        Assert.Equal(7, rig.Queue.Snapshot().LostFor(LossReason.Expired));
        Assert.False(rig.Queue.TryTake(Lane.Ledger, out _));
        rig.Time.Advance(Settled);
        var entry = (await rig.TakeAsync(Lane.Ledger, 1))[0];

        using var json = JsonDocument.Parse(entry.Body.Packed);
        Assert.Equal("expired", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal("pi/boiler", json.RootElement.GetProperty("topic").GetString());
        Assert.Equal(7, json.RootElement.GetProperty("count").GetInt64());
        Assert.EndsWith("-1", json.RootElement.GetProperty("first").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("-7", json.RootElement.GetProperty("last").GetString(), StringComparison.Ordinal);
        Assert.Equal(MessageId.Of(in entry).ToString(), json.RootElement.GetProperty("id").GetString());
        Assert.Equal("edgeagent/ledger", entry.Envelope.Topic);
        rig.Acknowledge([entry]);
        await rig.FlushAsync();
        Assert.Equal(0, rig.Ask("SELECT count(*) FROM ledger"));
    }

    [Fact]
    public async Task An_entry_survives_crash_and_lost_connection_until_it_is_acknowledged()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1], rig.Boiler with { Offline = OfflinePolicy.Drop }, AppendResult.Refused);
        await rig.FlushAsync();
        await using var crashed = rig.Crashed().Open();
        crashed.Time.Advance(Settled);
        for (var connection = 0; connection < 3; connection++)
        {
            crashed.Queue.BeginConnection();
            var reasons = (await crashed.TakeAsync(Lane.Ledger, 2)).Select(Reason);
            Assert.Equal(["dropped", "crash_window"], reasons);
            crashed.Queue.EndConnection();
        }

        await crashed.ReopenAsync();
        crashed.Time.Advance(Settled);
        crashed.Queue.BeginConnection();
        crashed.Acknowledge(await crashed.TakeAsync(Lane.Ledger, 2));
        await crashed.ReopenAsync();
        crashed.Time.Advance(Settled);
        crashed.Queue.BeginConnection();
        Assert.False(crashed.Queue.TryTake(Lane.Ledger, out _));
    }

    [Fact]
    public async Task Numbers_of_entries_are_never_used_again()
    {
        await using var rig = new QueueRig().Open();
        var ids = new List<MessageId>();
        for (var run = 0; run < 3; run++)
        {
            await rig.AppendAsync([1], rig.Boiler with { Offline = OfflinePolicy.Drop }, AppendResult.Refused);
            rig.Time.Advance(Settled);
            rig.Queue.BeginConnection();
            var entry = (await rig.TakeAsync(Lane.Ledger, 1))[0];
            ids.Add(MessageId.Of(in entry));
            rig.Acknowledge([entry]);
            await rig.ReopenAsync();
        }

        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal([-1L, -2L, -3L], ids.Select(static id => id.Sequence));
    }

    [Fact]
    public async Task After_an_unclean_stop_the_ledger_names_the_era_its_last_durable_number_and_the_window()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 5));
        await rig.FlushAsync();
        rig.Queue.BeginConnection();
        var era = (await rig.TakeAsync(Lane.Live, 1))[0].Era.Name;

        await using var crashed = rig.Crashed().Open();
        crashed.Time.Advance(Settled);
        crashed.Queue.BeginConnection();

        var entry = (await crashed.TakeAsync(Lane.Ledger, 1))[0];
        using var json = JsonDocument.Parse(entry.Body.Packed);
        Assert.Equal(new MessageId(era, 5).ToString(), json.RootElement.GetProperty("last").GetString());
        Assert.Contains("at most 1 s", json.RootElement.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_crashes_at_once_does_not_hide_the_unclean_stop_before_it()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1]);
        await rig.FlushAsync();
        await using var crashed = rig.Crashed();
        crashed.TryOpen();
        await using var crashedAgain = crashed.Crashed().Open();
        crashedAgain.Time.Advance(Settled);
        crashedAgain.Queue.BeginConnection();

        Assert.Equal(["crash_window", "crash_window"], (await crashedAgain.TakeAsync(Lane.Ledger, 2)).Select(Reason));
    }

    [Fact]
    public async Task A_clean_stop_leaves_no_entry()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2]);
        await rig.ReopenAsync();
        await rig.ReopenAsync();
        rig.Time.Advance(Settled);
        rig.Queue.BeginConnection();

        Assert.False(rig.Queue.TryTake(Lane.Ledger, out _));
    }

    [Fact]
    public async Task What_the_broker_refuses_of_the_ledger_rests_through_reconnects_and_lets_the_others_go_first()
    {
        await using var rig = new QueueRig().Open();
        foreach (var topic in new[] { "a", "b" })
        {
            await rig.AppendAsync([1], rig.Boiler with { Topic = topic, Offline = OfflinePolicy.Drop }, AppendResult.Refused);
        }

        rig.Time.Advance(Settled);
        rig.Queue.BeginConnection();
        var refused = (await rig.TakeAsync(Lane.Ledger, 1))[0];
        rig.Queue.Quarantine(refused.Sequence, 0x80, null);
        rig.Queue.EndConnection();
        rig.Queue.BeginConnection();
        Assert.False(rig.Queue.TryTake(Lane.Ledger, out _));

        rig.Time.Advance(TimeSpan.FromHours(1));
        rig.Queue.EndConnection();
        rig.Queue.BeginConnection();
        var other = (await rig.TakeAsync(Lane.Ledger, 1))[0];
        Assert.NotEqual(refused.Sequence, other.Sequence);
        Assert.False(rig.Queue.TryTake(Lane.Ledger, out _));

        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(refused.Sequence, (await rig.TakeAsync(Lane.Ledger, 1))[0].Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_message_of_an_earlier_time_is_told_with_the_id_and_the_time_of_then(bool isOfAnEarlierRun)
    {
        await using var rig = new QueueRig().Open();
        rig.Clock.Now = 1_000_000;
        await rig.AppendAsync([1, 2, 3]);
        await rig.FlushAsync();
        if (isOfAnEarlierRun)
        {
            await rig.ReopenAsync();
        }
        else
        {
            rig.Clock.Offset += 60_000;
            rig.Time.Advance(TimeSpan.FromSeconds(11));
            await rig.AppendAsync(4);
            await rig.FlushAsync();
        }

        rig.Queue.BeginConnection();
        var message = (await rig.TakeAsync(Lane.Backlog, 1))[0];
        rig.Queue.Quarantine(message.Sequence, 0x99, "no");
        await rig.FlushAsync();
        var letter = OperationsTests.Value(await rig.Queue.Operations.ListDeadLettersAsync(0, 10)).Letters.Single();
        rig.Time.Advance(Settled);

        using var json = JsonDocument.Parse((await rig.TakeAsync(Lane.Ledger, 1))[0].Body.Packed);
        Assert.Equal(MessageId.Of(in message).ToString(), json.RootElement.GetProperty("first").GetString());
        Assert.Equal(letter.Row.WallTime, json.RootElement.GetProperty("from").GetDateTimeOffset().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task The_ledger_stays_small_however_many_topics_lose()
    {
        await using var rig = new QueueRig().Open();
        for (var i = 0; i < 3_000; i++)
        {
            await rig.AppendAsync([i], rig.Boiler with { Topic = $"pi/{i}", Offline = OfflinePolicy.Drop }, AppendResult.Refused);
        }

        await rig.FlushAsync();

        Assert.Equal(Ledger.Capacity + 1, rig.Ask("SELECT count(*) FROM ledger"));
        Assert.Equal(3_000, rig.Ask("SELECT sum(count) FROM ledger"));
    }

    [Fact]
    public async Task A_sensor_that_keeps_its_latest_has_one_message_offline_and_the_others_in_the_ledger()
    {
        await using var rig = new QueueRig().Open();
        var latest = rig.Boiler with { Offline = OfflinePolicy.KeepLatest };
        await rig.AppendAsync([1, 2], latest);
        await rig.FlushAsync();
        await rig.AppendAsync([3, 4], latest);
        rig.Queue.BeginConnection();
        await rig.AppendAsync([5, 6], latest);

        Assert.Equal([4, 5, 6], (await rig.DrainAsync()).Order());
        Assert.Equal(3, rig.Queue.Snapshot().LostFor(LossReason.Superseded));
    }

    [Fact]
    public async Task What_expires_as_the_newest_of_its_topic_is_told_once_although_it_was_read_ahead()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1]);
        await OutOfMemoryAsync(rig);
        rig.Queue.BeginConnection();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        rig.Clock.Now += (long)rig.Config.MaxAge.TotalMilliseconds + 1;
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False(rig.Queue.TryTake(Lane.Live, out _));
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));

        Assert.Equal((0, 1), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().LostFor(LossReason.Expired)));
    }

    [Fact]
    public async Task What_is_dropped_while_the_broker_is_away_is_on_the_ledger_of_the_file_after_a_second()
    {
        await using var rig = new QueueRig().Open();
        await rig.FlushAsync();
        await rig.AppendAsync([1, 2, 3], rig.Boiler with { Offline = OfflinePolicy.Drop }, AppendResult.Refused);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.Equal(3, rig.Ask("SELECT sum(count) FROM ledger WHERE reason = 4"));
    }

    [Fact]
    public async Task Ages_count_on_the_boot_clock_within_a_boot_and_across_boots_only_between_set_clocks()
    {
        var now = new Ages("b", 100_000, 2_000_000, 50_000);
        var here = new Era(1, "b", -1_000_000_000, IsSynchronized: false);
        var envelope = new Envelope { Sensor = "s", Topic = "t" };

        Assert.True(now.IsExpired(here, 49_999, envelope));
        Assert.False(now.IsExpired(here, 50_000, envelope));
        Assert.True(now.IsExpired(here, 50_000, envelope with { Expiry = TimeSpan.FromSeconds(10) }));
        Assert.True(now.IsExpired(new(2, "a", 1_900_000, IsSynchronized: true), 49_999, envelope));
        Assert.False(now.IsExpired(new(2, "a", 1_900_000, IsSynchronized: true), 50_000, envelope));
        Assert.False(now.IsExpired(new(2, "a", 0, IsSynchronized: false), 0, envelope));
        Assert.False((now with { WallTime = null }).IsExpired(new(2, "a", 0, IsSynchronized: true), 0, envelope));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_parked_topic_waits_while_others_go_on_and_comes_back_whole_and_in_order()
    {
        await using var rig = new QueueRig().Open();
        var other = rig.Boiler with { Topic = "pi/other" };
        for (var i = 0; i < 50; i++)
        {
            await rig.AppendAsync(i, i % 2 == 0 ? rig.Boiler : other);
        }

        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        var first = await rig.TakeAsync(Lane.Backlog, 6);
        rig.Acknowledge(first.Where(static message => message.Body.Bits % 2 == 1));
        foreach (var refused in first.Where(static message => message.Body.Bits % 2 == 0))
        {
            rig.Queue.Park(refused.Sequence, TimeSpan.FromMinutes(1));
        }

        var others = await rig.TakeAsync(Lane.Backlog, 22);
        Assert.All(others, static message => Assert.Equal("pi/other", message.Envelope.Topic));
        rig.Acknowledge(others);
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        Assert.Equal(25, rig.Queue.Snapshot().Depth);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        var probe = await rig.TakeAsync(Lane.Backlog, 1);
        Assert.False(rig.Queue.TryTake(Lane.Backlog, out _));
        rig.Queue.Park(probe[0].Sequence, TimeSpan.FromMinutes(1));
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        probe = await rig.TakeAsync(Lane.Backlog, 1);
        Assert.Equal(0, probe[0].Body.Bits);
        rig.Acknowledge(probe);

        Assert.Equal(Enumerable.Range(1, 24).Select(static i => i * 2L), await rig.DrainAsync());
    }

    private static string Reason(QueuedMessage message) =>
        JsonDocument.Parse(Encoding.UTF8.GetString(message.Body.Packed.Span)).RootElement.GetProperty("reason").GetString()!;

    /// <summary>Has everything written, and lets the memory of it go.</summary>
    private static async Task OutOfMemoryAsync(QueueRig rig)
    {
        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.FlushAsync();
    }
}
