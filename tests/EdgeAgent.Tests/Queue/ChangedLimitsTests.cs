using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>Limits that change while the queue is open.</summary>
public sealed class ChangedLimitsTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(nameof(WhenFull.DropOldest))]
    [InlineData(nameof(WhenFull.Thin))]
    public async Task A_smaller_size_is_kept_at_once_and_accounts_for_every_message_that_it_costs(string policy)
    {
        const int Messages = 60_000;
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, Messages));
        await rig.FlushAsync();
        var size = rig.Queue.Snapshot().BytesOnDisk;

        await ChangeAsync(rig, limits => limits with { MaxSize = size / 2, WhenFull = Enum.Parse<WhenFull>(policy) });
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        var snapshot = rig.Queue.Snapshot();
        Assert.Equal(size / 2, snapshot.Limits.MaxSize);
        Assert.InRange(snapshot.BytesOnDisk, 0, size / 2);
        Assert.Equal(Messages, snapshot.Depth + snapshot.Lost.Sum());
        rig.Queue.BeginConnection();
        Assert.Equal(Messages, (await rig.DrainAsync()).Count + rig.Queue.Snapshot().Lost.Sum());
    }

    [Fact]
    public async Task A_full_queue_that_refuses_what_is_new_takes_it_as_soon_as_it_may_grow_or_its_policy_is_another()
    {
        await using var rig = await FullAsync();

        await ChangeAsync(rig, static limits => limits with { MaxSize = 8 * MiB });
        await rig.AppendAsync([1, 2, 3]);
        await ChangeAsync(rig, static limits => limits with { MaxSize = 3 * MiB });
        await rig.AppendAsync([4, 5, 6], expected: AppendResult.Refused);
        await ChangeAsync(rig, static limits => limits with { WhenFull = WhenFull.Thin });
        await rig.AppendAsync([7, 8, 9]);
    }

    [Fact]
    public async Task A_shorter_age_ends_what_is_too_old_at_once_and_a_longer_one_keeps_it()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 1_000));
        await rig.ReopenAsync();
        rig.Clock.Now += 3_600_000;
        await rig.AppendAsync([1, 2, 3]);

        await ChangeAsync(rig, static limits => limits with { MaxAge = TimeSpan.FromHours(2) });
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        Assert.Equal(1_003, rig.Queue.Snapshot().Depth);

        await ChangeAsync(rig, static limits => limits with { MaxAge = TimeSpan.FromHours(1) });
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        Assert.Equal(3, rig.Queue.Snapshot().Depth);
        Assert.Equal(1_000, rig.Queue.Snapshot().LostFor(LossReason.Expired));
    }

    [Fact]
    public async Task The_age_in_force_decides_what_is_handed_out()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1]);
        rig.Clock.Now += 3_600_000;
        await rig.AppendAsync([2]);
        await ChangeAsync(rig, static limits => limits with { MaxAge = TimeSpan.FromMinutes(30) });
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));

        rig.Queue.BeginConnection();

        Assert.Equal([2], await rig.DrainAsync());
    }

    [Fact]
    public async Task A_store_that_waits_for_free_space_writes_at_once_when_less_must_stay_free()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { KeepFree = long.MaxValue / 4 };
        rig.Open();
        await rig.AppendAsync([1]);
        Assert.False(await rig.Queue.FlushAsync().WaitAsync(QueueRig.Deadline));
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        Assert.Equal(StoreHealth.Full, rig.Queue.Snapshot().Store);

        // The clock stands still: nothing but the change itself lets the store try again.
        await ChangeAsync(rig, static limits => limits with { KeepFree = 0 });
        await rig.FlushAsync();

        Assert.Equal(StoreHealth.Healthy, rig.Queue.Snapshot().Store);
        Assert.Equal([1], rig.Values());
    }

    [Fact]
    public async Task Limits_that_change_all_the_time_under_load_lose_nothing_that_the_ledger_does_not_name()
    {
        const int Producers = 4;
        const int Each = 10_000;
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        var delivered = new HashSet<long>();
        var producing = Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(() => ProduceAsync(producer))));
        var changes = 0;
        while (!producing.IsCompleted || rig.Queue.Snapshot().Depth > 0)
        {
            await ChangeAsync(rig, limits => limits with
            {
                MaxSize = changes % 3 == 0 ? MiB / 4 : 512 * MiB,
                WhenFull = (WhenFull)(changes / 3 % 3),
                MaxAge = TimeSpan.FromHours(1 + (changes % 5)),
                KeepFree = changes % 4 == 0 ? 1 : 0,
            });
            changes++;

            // Not before there was more than a small limit takes, however late the producers come.
            Drain(rig.Queue.Snapshot().Lost.Sum() > 0 || producing.IsCompleted ? 1_000 : 0);
            await rig.Queue.FlushAsync().WaitAsync(QueueRig.Deadline);
        }

        await producing;
        var snapshot = rig.Queue.Snapshot();
        Assert.True(changes > 20, $"{changes} changes");
        Assert.True(snapshot.Lost.Sum() > 0, "no change of the limits cost anything");
        Assert.Equal(Producers * Each, delivered.Count + snapshot.Lost.Sum());

        async Task ProduceAsync(int producer)
        {
            for (var i = 0; i < Each; i++)
            {
                _ = await rig.Queue.AppendAsync(rig.Boiler, 5_000, MessageBody.Of((long)(producer * Each) + i), default).AsTask().WaitAsync(QueueRig.Deadline);
            }
        }

        void Drain(int most)
        {
            for (var i = 0; i < most && (rig.Queue.TryTake(Lane.Live, out var message) || rig.Queue.TryTake(Lane.Backlog, out message)); i++)
            {
                Assert.True(delivered.Add(message.Sequence), "delivered twice");
                rig.Queue.Acknowledge([message.Sequence]);
            }
        }
    }

    [Fact]
    public async Task A_change_that_comes_while_the_queue_closes_is_not_waited_for()
    {
        await using var rig = new QueueRig().Open();
        var queue = rig.Queue;
        var closing = rig.CloseAsync();

        await queue.ChangeLimitsAsync(QueueLimits.Of(rig.Config)).WaitAsync(QueueRig.Deadline);
        await closing;

        await queue.ChangeLimitsAsync(QueueLimits.Of(rig.Config)).WaitAsync(QueueRig.Deadline);
    }

    private static Task ChangeAsync(QueueRig rig, Func<QueueLimits, QueueLimits> change) =>
        rig.Queue.ChangeLimitsAsync(change(rig.Queue.Snapshot().Limits)).WaitAsync(QueueRig.Deadline);

    /// <summary>Offline under drop_newest, with as many messages as it takes.</summary>
    private static async Task<QueueRig> FullAsync()
    {
        var rig = new QueueRig();
        rig.Config = rig.Config with { MaxSize = 3 * MiB, WhenFull = WhenFull.DropNewest };
        rig.Open();
        for (var i = 0; await rig.AppendAsync(i) == AppendResult.Accepted; i++)
        {
            if (i % 1_000 == 999)
            {
                await rig.FlushAsync();
                await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            }
        }

        await rig.FlushAsync();
        return rig;
    }
}
