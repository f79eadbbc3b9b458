using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class LimitsTests
{
    private const long MaxSize = 3 << 20;
    private const int Messages = 200_000;

    [Theory]
    [InlineData(nameof(WhenFull.DropOldest))]
    [InlineData(nameof(WhenFull.DropNewest))]
    [InlineData(nameof(WhenFull.Thin))]
    public async Task A_full_queue_stays_within_its_size_and_accounts_for_every_message(string policy)
    {
        var whenFull = Enum.Parse<WhenFull>(policy);
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { MaxSize = MaxSize, WhenFull = whenFull };
        rig.Open();
        var alarms = 0;
        for (var i = 0; i < Messages; i++)
        {
            if (i % 1_000 == 0)
            {
                await rig.AppendAsync(i, rig.Alarm);
                alarms++;
            }
            else
            {
                await rig.AppendAsync(i);
            }

            if (i % 2_000 == 0)
            {
                await rig.FlushAsync();
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
                Assert.InRange(rig.Queue.Snapshot().BytesOnDisk, 0, MaxSize + (MaxSize / 10));
            }
        }

        rig.Queue.BeginConnection();
        var delivered = 0L;
        var read = 0;
        var counted = 0L;
        while (rig.Queue.Snapshot().Depth > 0)
        {
            if (rig.Queue.TryTake(Lane.Backlog, out var message) || rig.Queue.TryTake(Lane.Live, out message))
            {
                delivered++;
                alarms -= message.Envelope.Priority == MessagePriority.High ? 1 : 0;
                counted += Thinning.IsThinned(message.Envelope) ? CountOf(message.Body) : 1;
                rig.Queue.Acknowledge([message.Sequence]);
                read = 0;
            }
            else
            {
                Assert.True(++read < 1000, "nothing comes");
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        var snapshot = rig.Queue.Snapshot();
        var lost = snapshot.Lost.Sum();
        Assert.Equal(Messages, delivered + lost);
        Assert.Equal(0, alarms);
        if (whenFull == WhenFull.Thin)
        {
            // Resolution is lost, not time: the steps stand for all readings that were ever taken.
            Assert.Equal(0, snapshot.LostFor(LossReason.Evicted));
            Assert.Equal(Messages, counted);
        }
        else
        {
            Assert.Equal(lost, snapshot.LostFor(LossReason.Evicted));
        }
    }

    [Fact]
    public async Task With_drop_newest_what_is_stored_stays_and_what_is_new_is_refused_but_for_high_priority()
    {
        await using var rig = await FullAsync();
        var stored = rig.Queue.Snapshot().Depth;
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal(AppendResult.Refused, await rig.AppendAsync(1_000_000 + i));
        }

        await rig.AppendAsync(Enumerable.Range(2_000_000, 500), rig.Alarm);
        await rig.FlushAsync();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.InRange(rig.Queue.Snapshot().BytesOnDisk, 0, MaxSize);
        Assert.Equal(stored + 500, rig.Queue.Snapshot().Depth);
        rig.Queue.BeginConnection();
        var values = await rig.DrainAsync();
        Assert.Equal(Enumerable.Range(0, (int)stored).Select(static value => (long)value), values.Where(static value => value < 1_000_000).Order());
        Assert.Equal(500, values.Count(static value => value >= 2_000_000));
        Assert.Equal(rig.Queue.Snapshot().Accepted - stored - 500, rig.Queue.Snapshot().LostFor(LossReason.Evicted));
        Assert.Equal(AppendResult.Accepted, await rig.AppendAsync(3_000_000));
    }

    [Fact]
    public async Task With_drop_newest_a_full_queue_still_delivers_what_is_fresh_and_gives_it_up_only_when_it_would_have_to_be_stored()
    {
        await using var rig = await FullAsync();
        rig.Queue.BeginConnection();
        while (rig.Queue.TryTake(Lane.Live, out var old))
        {
            rig.Queue.Leave(old.Sequence, TimeSpan.FromHours(1));
        }

        await rig.AppendAsync([1_000_000, 1_000_001]);
        Assert.Equal(1_000_000, (await rig.TakeAsync(Lane.Live, 1)).Single().Body.Bits);
        var lost = rig.Queue.Snapshot().LostFor(LossReason.Evicted);
        await rig.FlushAsync();

        Assert.Equal(lost + 1, rig.Queue.Snapshot().LostFor(LossReason.Evicted));
        Assert.Contains(1_000_000L, rig.Values());
        Assert.DoesNotContain(1_000_001L, rig.Values());
    }

    [Fact]
    public async Task With_drop_newest_high_priority_takes_the_room_of_the_newest_others_when_there_is_no_more()
    {
        await using var rig = await FullAsync();
        for (var i = 0; i < 30_000; i++)
        {
            await rig.AppendAsync(i, rig.Alarm);
            if (i % 2_000 == 0)
            {
                await rig.FlushAsync();
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        await rig.FlushAsync();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        rig.Queue.BeginConnection();
        var delivered = new List<(MessagePriority Priority, long Value)>();
        while (rig.Queue.Snapshot().Depth > 0)
        {
            if (rig.Queue.TryTake(Lane.Live, out var message) || rig.Queue.TryTake(Lane.Backlog, out message))
            {
                delivered.Add((message.Envelope.Priority, message.Body.Bits));
                rig.Queue.Acknowledge([message.Sequence]);
            }
            else
            {
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        Assert.Equal(30_000, delivered.Count(static message => message.Priority == MessagePriority.High));
        var others = delivered.Where(static message => message.Priority == MessagePriority.Normal).Select(static message => message.Value).Order().ToList();
        Assert.NotEmpty(others);
        Assert.Equal(Enumerable.Range(0, others.Count).Select(static value => (long)value), others);
    }

    [Fact]
    public async Task Where_nothing_may_go_the_store_rests_and_looks_again_after_a_second()
    {
        await using var rig = new QueueRig().Open();
        await rig.Queue.ChangeLimitsAsync(rig.Queue.Snapshot().Limits with { MaxSize = 4096, WhenFull = WhenFull.DropOldest }).WaitAsync(QueueRig.Deadline);
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        // Until they are no longer live, they are in memory and stay.
        await rig.AppendAsync(Enumerable.Range(0, 100));
        await rig.FlushAsync();
        foreach (var seconds in new[] { 10, 1 })
        {
            rig.Time.Advance(TimeSpan.FromSeconds(seconds));
            await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        }

        Assert.Equal(100, rig.Queue.Snapshot().LostFor(LossReason.Evicted));
    }

    [Theory]
    [InlineData(nameof(WhenFull.DropOldest))]
    [InlineData(nameof(WhenFull.Thin))]
    public async Task High_priority_outlives_a_burst_of_others_that_is_still_in_memory(string policy)
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { MaxSize = 4 << 20, WhenFull = Enum.Parse<WhenFull>(policy) };
        rig.Open();
        await rig.AppendAsync(Enumerable.Range(0, 1_000), rig.Alarm);
        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        var body = MessageBody.OfBytes(new byte[4_000]);
        for (var i = 0; i < 1_800; i++)
        {
            _ = await rig.Queue.AppendAsync(rig.Boiler, ++rig.Clock.Now, body, default).AsTask().WaitAsync(QueueRig.Deadline);
            if (i % 100 == 99)
            {
                await rig.FlushAsync();
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        Assert.InRange(rig.Queue.Snapshot().BytesOnDisk, 0, (4 << 20) * 11L / 10);
        Assert.Equal(1_000, rig.Ask("SELECT count(*) FROM urgent WHERE seq > (SELECT coalesce(max(value), 0) FROM state WHERE key = 'urgent_removed_to')"));
        Assert.Equal(rig.Queue.Snapshot().Accepted - rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().LostFor(LossReason.Evicted));
    }

    [Fact]
    public async Task Dead_letters_take_no_more_than_a_quarter_of_the_size()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { MaxSize = 4 << 20 };
        rig.Open();
        rig.Queue.BeginConnection();
        var body = MessageBody.OfBytes(new byte[4_000]);
        for (var i = 0; i < 900; i++)
        {
            _ = await rig.Queue.AppendAsync(rig.Boiler, ++rig.Clock.Now, body, default).AsTask().WaitAsync(QueueRig.Deadline);
            rig.Queue.Quarantine((await rig.TakeAsync(Lane.Live, 1))[0].Sequence, 0x99, "no");
        }

        await rig.FlushAsync();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.Equal((1 << 20) / 4_001, rig.Queue.Snapshot().DeadLetters);
        Assert.Equal(900, rig.Queue.Snapshot().DeadLetters + rig.Queue.Snapshot().LostFor(LossReason.Discarded));
    }

    [Fact]
    public async Task On_a_full_disk_the_drain_makes_room_for_what_is_new()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 50_000));
        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        await rig.AppendAsync(50_000);
        await rig.FlushAsync();
        await rig.Queue.ChangeLimitsAsync(rig.Queue.Snapshot().Limits with { KeepFree = 1L << 60 }).WaitAsync(QueueRig.Deadline);
        await rig.AppendAsync(Enumerable.Range(100_000, 1_000), expected: AppendResult.Accepted);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        Assert.Equal(StoreHealth.Full, rig.Queue.Snapshot().Store);

        rig.Queue.BeginConnection(DeliveryOrder.OldestFirst);
        rig.Acknowledge(await rig.TakeAsync(Lane.Backlog, 40_000));
        for (var i = 0; i < 3; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(11));
            await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        }

        Assert.Equal(StoreHealth.Healthy, rig.Queue.Snapshot().Store);
        Assert.Equal(11_001, rig.Values().Count);
    }

    [Fact]
    public async Task When_memory_is_full_too_high_priority_stays_and_what_is_new_gives_way()
    {
        await using var rig = new QueueRig().Open();
        await rig.Queue.ChangeLimitsAsync(rig.Queue.Snapshot().Limits with { KeepFree = 1L << 60 }).WaitAsync(QueueRig.Deadline);
        await rig.AppendAsync(Enumerable.Range(0, 10), rig.Alarm);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        for (var i = 0; i < 40_000; i++)
        {
            _ = await rig.AppendAsync(100 + i);
        }

        var overrun = rig.Queue.Snapshot().LostFor(LossReason.Overrun);
        rig.Queue.BeginConnection();
        var values = await rig.DrainAsync();
        Assert.Equal(10, values.Count(static value => value < 100));
        Assert.Equal(40_010, values.Count + overrun);
    }

    [Fact]
    public async Task Messages_over_the_maximum_age_end_offline_too()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { MaxAge = TimeSpan.FromHours(1) };
        rig.Open();
        await rig.AppendAsync(Enumerable.Range(0, 10_000));
        await rig.FlushAsync();
        rig.Clock.Now += 3_600_000;
        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.AppendAsync([1, 2, 3]);
        await rig.FlushAsync();

        // Ages are looked at once a minute, of what is no longer in memory.
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(SpinWait.SpinUntil(() => rig.Queue.Snapshot().LostFor(LossReason.Expired) == 10_000, QueueRig.Deadline));
        Assert.Equal(3, rig.Queue.Snapshot().Depth);
    }

    [Fact]
    public void A_step_has_mean_minimum_maximum_last_and_count_and_steps_join()
    {
        var envelope = new EnvelopeEntry(1, new() { Sensor = "s", Topic = "t", Fields = [new("value", "°C")] }, isStored: true);
        var era = new EraEntry(1, new(1, "b", 0, IsSynchronized: true));
        var raw = new double[] { 1, 2, 3, 6, 10, 10, 10, 10 }.Select((value, i) => new ThinRow(i + 1, envelope, era, i * 10, MessageBody.Of(value))).ToArray();

        var (steps, gone) = Thinning.Plan(raw);
        var thinned = new EnvelopeEntry(2, Thinning.EnvelopeOf(envelope.Envelope), isStored: true);
        var (joined, _) = Thinning.Plan([.. steps.Select(step => step.Last with { Envelope = thinned, Body = step.Body })]);

        Assert.Equal([4L, 8L], steps.Select(static step => step.Last.Sequence));
        Assert.Equal(6, gone.Count);
        Assert.Equal([3, 1, 6, 6, 4], Values(steps[0].Body));
        Assert.Equal([6.5, 1, 10, 10, 8], Values(joined.Single().Body));
        Assert.Equal(["value", "value_min", "value_max", "value_last", "count", "thinned"], thinned.Envelope.Fields.Select(static field => field.Name));
    }

    /// <summary>Offline under drop_newest, with as many messages (0, 1, 2 ...) as it takes.</summary>
    [Fact]
    public async Task The_space_of_a_drained_backlog_is_given_back_and_the_queue_goes_on_in_what_is_left()
    {
        await using var rig = new QueueRig().Open();
        var payload = new byte[4_000];
        for (var i = 0; i < 5_000; i++)
        {
            await rig.Queue.AppendAsync(new Envelope { Sensor = "picture", Topic = "pi/picture" }, ++rig.Clock.Now, MessageBody.OfBytes(payload), default);
        }

        await rig.AppendAsync([1, 2, 3], rig.Alarm);
        await rig.FlushAsync();
        var full = new FileInfo(rig.Config.Path).Length;
        Assert.InRange(full, 18 << 20, long.MaxValue);
        rig.Queue.BeginConnection();
        rig.Acknowledge((await rig.TakeAsync(Lane.Backlog, 5_003)).Where(static message => message.Envelope.Sensor == "picture"));
        rig.Queue.EndConnection();
        await rig.FlushAsync();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        Assert.InRange(new FileInfo(rig.Config.Path).Length, 1, 64 << 10);
        Assert.NotEqual(0, new FileInfo(rig.Config.Path + "-wal").Length);
        await rig.AppendAsync([4]);
        await rig.FlushAsync();
        Assert.Equal([1, 2, 3, 4], rig.Values().Order());
        await using var crashed = rig.Crashed().Open();
        crashed.Queue.BeginConnection();
        Assert.Equal([1, 2, 3, 4], await crashed.DrainAsync());
    }

    private static async Task<QueueRig> FullAsync()
    {
        var rig = new QueueRig();
        rig.Config = rig.Config with { MaxSize = MaxSize, WhenFull = WhenFull.DropNewest };
        rig.Open();
        for (var i = 0; await rig.AppendAsync(i) == AppendResult.Accepted; i++)
        {
            Assert.True(i < Messages, "it is never full");
            if (i % 1_000 == 999)
            {
                await rig.FlushAsync();
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        await rig.FlushAsync();
        return rig;
    }

    private static long CountOf(MessageBody body) => (long)Values(body)[^1];

    private static List<double> Values(MessageBody body)
    {
        var values = new List<double>();
        var packed = body.Packed.Span;
        while (FieldCodec.TryTake(ref packed, out var value, out _))
        {
            if (value.TryGetNumber(out var number))
            {
                values.Add(number);
            }
        }

        return values;
    }
}
