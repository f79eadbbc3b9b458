using System.Text;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>What becomes of the readable rows of a damaged file beside those that are accepted meanwhile.</summary>
public sealed class SalvageTests
{
    private const int Old = 4_000;
    private const int Delivered = 500;

    [Fact]
    public async Task A_salvaged_message_keeps_its_topic_whatever_other_sensor_is_read_first()
    {
        await using var rig = await DamagedAsync(static rig => rig.AppendAsync([1, 2, 3]));

        // Accepted, and with the loss window 0 written, before the salvage has begun.
        var queue = rig.TryOpen().Queue!;
        var append = queue.AppendAsync(rig.Alarm, ++rig.Clock.Now, MessageBody.Of(9), default);
        var running = queue.RunAsync(default);
        await append.AsTask().WaitAsync(QueueRig.Deadline);
        await queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        await queue.DisposeAsync();
        await running;
        rig.Open();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 4);

        Assert.Equal(["pi/alarm 9", "pi/boiler 1", "pi/boiler 2", "pi/boiler 3"], taken.Select(static message => $"{message.Envelope.Topic} {message.Body.Bits}").Order());
    }

    [Fact]
    public async Task What_was_kept_as_the_latest_still_gives_way_to_the_next()
    {
        var door = new Envelope { Sensor = "door", Topic = "pi/door", Fields = [new("value", null)], Offline = OfflinePolicy.KeepLatest };
        await using var rig = await DamagedAsync(rig => rig.AppendAsync([1], door));
        rig.Open();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        await rig.AppendAsync([2], door);
        rig.Queue.BeginConnection();

        Assert.Equal([2], await rig.DrainAsync());
        Assert.Equal(1, rig.Queue.Snapshot().LostFor(LossReason.Superseded));
    }

    [Fact]
    public async Task What_the_ledger_still_had_to_tell_is_told_beside_what_is_lost_before_the_salvage_begins()
    {
        var door = new Envelope { Sensor = "door", Topic = "pi/door", Fields = [new("value", null)], Offline = OfflinePolicy.KeepLatest };
        await using var rig = await DamagedAsync(async rig =>
        {
            await rig.AppendAsync([1, 2, 3]);
            Assert.Equal(3, OperationsTests.Value(await rig.Queue.Operations.PurgeAsync(new(null, "#"), default)).Purged);
        });

        // The second replaces the first before the salvage has begun.
        var queue = rig.TryOpen().Queue!;
        var appends = new[] { 4, 5 }.Select(value => queue.AppendAsync(door, ++rig.Clock.Now, MessageBody.Of(value), default).AsTask()).ToArray();
        var running = queue.RunAsync(default);
        _ = await Task.WhenAll(appends).WaitAsync(QueueRig.Deadline);
        await queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        await queue.DisposeAsync();
        await running;
        rig.Open();
        rig.Queue.BeginConnection();
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var told = new ToldLosses();
        foreach (var entry in await rig.TakeAsync(Lane.Ledger, 3))
        {
            told.Add(in entry);
        }

        Assert.Equal((3, 1, 0), (told.Of("purged", "pi/boiler"), told.Of("superseded", "pi/door"), told.Of("unreadable")));
        Assert.Equal([5], await rig.DrainAsync());
    }

    [Fact]
    public async Task A_salvage_disturbs_nothing_that_is_accepted_and_delivered_meanwhile()
    {
        const int Old = 4_000;
        var sensors = Enumerable.Range(0, 5).Select(static i => new Envelope { Sensor = $"s{i}", Topic = $"pi/s{i}", Fields = [new("value", null)] }).ToArray();
        await using var rig = await DamagedAsync(async rig =>
        {
            _ = await Task.WhenAll(Enumerable.Range(0, Old).Select(value => rig.AppendAsync(value, value % 7 == 0 ? rig.Alarm : sensors[value % 4])));
            rig.Queue.BeginConnection();
            var refused = await rig.TakeAsync(Lane.Backlog, 1);
            rig.Queue.Quarantine(refused[0].Sequence, 0x99, "no");
            await rig.FlushAsync();
        });
        rig.Open();
        rig.Queue.BeginConnection();

        // New messages, of old and of new topics, as long as old ones come back: one for each forty.
        var (came, ids, accepted) = (new Dictionary<long, string>(), new HashSet<MessageId>(), new List<long>());
        while (came.Count < Old - 1 + accepted.Count)
        {
            var message = await rig.TakeAnyAsync();
            Assert.True(came.TryAdd(message.Body.Bits, message.Envelope.Topic), $"{message.Body.Bits} came twice");
            Assert.True(ids.Add(MessageId.Of(in message)), $"{MessageId.Of(in message)} came twice");
            rig.Queue.Acknowledge([message.Sequence]);
            if (message.Body.Bits < Old && came.Count % 40 == 0)
            {
                var value = Old + accepted.Count;
                accepted.Add(value);
                Assert.Equal(AppendResult.Accepted, await rig.AppendAsync(value, value % 7 == 0 ? rig.Alarm : sensors[value % 5]));
            }
        }

        await rig.FlushAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var told = new ToldLosses();
        foreach (var entry in await rig.TakeAsync(Lane.Ledger, 2))
        {
            told.Add(in entry);
        }

        Assert.True(accepted.Count > Old / 80, $"only {accepted.Count} were accepted meanwhile");
        Assert.All(came, pair => Assert.Equal(pair.Key % 7 == 0 ? "pi/alarm" : sensors[pair.Key % (pair.Key < Old ? 4 : 5)].Topic, pair.Value));
        Assert.Equal((0, 1), (rig.Queue.Snapshot().Depth, rig.Queue.Snapshot().DeadLetters));
        Assert.Equal((1, 0, 0), (told.Of("refused"), told.Of("unreadable"), told.LostOf("pi/alarm")));
    }

    [Fact]
    public async Task A_slice_for_which_there_was_no_room_is_salvaged_when_there_is()
    {
        await using var rig = await DamagedAsync(AppendOldAsync);
        using var bench = new StoreBench(rig);
        var salvage = bench.Salvage;
        var (refusals, mostPages) = (0, 8L);
        while (!salvage.IsDone)
        {
            bench.LimitPages(mostPages);
            try
            {
                salvage.Step();
            }
            catch (StoreException full) when (full.IsFull)
            {
                (refusals, mostPages) = (refusals + 1, mostPages + 4);
            }
        }

        Assert.Equal(Enumerable.Range(0, Old).Select(static value => (long)value), rig.Values().Order());
        Assert.True(refusals > 5, $"only {refusals} slices found no room");
        Assert.Equal(Old, bench.State.Depths.Total);
        Assert.Equal(0, bench.State.Ledger.Counts[(int)LossReason.Unreadable]);
    }

    [Fact]
    public async Task A_crash_right_after_the_damage_was_found_loses_nothing()
    {
        await using var rig = await DamagedAsync(static rig => rig.AppendAsync([1, 2, 3]));
        await using var opened = rig.TryOpen().Queue;
        await using var crashed = rig.Crashed();

        Assert.Equal([1, 2, 3], await DrainAsync(crashed));
    }

    [Fact]
    public async Task A_restart_in_the_midst_of_a_salvage_goes_on_where_it_was()
    {
        await using var rig = await DamagedAsync(AppendOldAsync);
        BeginAndDeliver(rig, slices: 2, Delivered);

        var values = await DrainAsync(rig);

        Assert.Equal(Enumerable.Range(Delivered, Old - Delivered).Select(static value => (long)value), values.Order());
        Assert.False(File.Exists(rig.Config.Path + ".salvage"));
    }

    [Fact]
    public async Task A_clean_stop_in_the_midst_of_a_salvage_keeps_the_eras_and_envelopes_of_what_is_still_to_come()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await AppendOldAsync(rig);
        await rig.CloseAsync();
        var era = rig.Ask("SELECT name FROM era");
        rig.Execute($"UPDATE envelope SET last_seq = {Old}");
        Damage(rig);
        using (var bench = new StoreBench(rig))
        {
            bench.Salvage.Step();
            bench.Salvage.Step();
            bench.Remove(1_000);
            bench.Tidy();
        }

        rig.Open();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, Old - 1_000);

        Assert.All(taken, message => Assert.Equal(("pi/boiler", (ulong)era), (message.Envelope.Topic, message.Era.Name)));
        Assert.Equal(0, rig.Queue.Snapshot().LostFor(LossReason.Unreadable));
    }

    [Fact]
    public async Task The_list_of_what_is_to_be_salvaged_survives_a_write_that_was_cut_short_and_forgets_one_at_a_time()
    {
        await using var rig = new QueueRig();
        var list = new SalvageList(rig.Config.Path);
        PendingSalvage[] pending = [new(rig.Config.Path + ".corrupt-2", 7), new(rig.Config.Path + ".corrupt-1", null)];
        foreach (var one in pending.Reverse())
        {
            list.Add(one);
            await File.WriteAllTextAsync(one.Path, "");
        }

        await File.WriteAllTextAsync(rig.Config.Path + ".salvage.new", "queue.db.corr");
        Assert.Equal(pending, list.Read());

        list.Remove(pending[0].Path);
        Assert.Equal(pending[1..], list.Read());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(rig.Config.Path + ".salvage"));

        list.Remove(pending[1].Path);
        Assert.Empty(list.Read());
    }

    [Fact]
    public async Task What_a_restart_interrupts_is_told_once_and_whole()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await AppendOldAsync(rig);
        await rig.CloseAsync();
        rig.Execute("UPDATE message SET env = 99 WHERE seq = 700");
        Damage(rig);
        Begin(rig, slices: 2);
        var values = await DrainAsync(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var told = (await rig.TakeAsync(Lane.Ledger, 2)).Select(static entry => Encoding.UTF8.GetString(entry.Body.Packed.Span))
            .Where(static entry => entry.Contains("unreadable", StringComparison.Ordinal));

        Assert.Equal(Old - 1, values.Distinct().Count());
        Assert.Contains($"{Old - 1} messages were read from it; about 1 could not be.", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_file_that_is_damaged_during_its_salvage_loses_neither_its_own_rows_nor_those_not_read_yet()
    {
        await using var rig = await DamagedAsync(AppendOldAsync);
        BeginAndDeliver(rig, slices: 3, Delivered);
        Damage(rig);

        var values = await DrainAsync(rig);

        Assert.Equal(Enumerable.Range(Delivered, Old - Delivered).Select(static value => (long)value), values.Order());
        Assert.Equal(2, Directory.GetFiles(rig.Folder, "queue.db.corrupt-*").Count(static path => !path.EndsWith("-page1", StringComparison.Ordinal) && !path.EndsWith("-wal", StringComparison.Ordinal)));
        Assert.Equal(0, rig.Queue.Snapshot().Depth);
    }

    [Fact]
    public async Task A_new_file_that_is_damaged_while_the_store_works_on_it_goes_aside_too_and_both_are_read_to_their_ends()
    {
        await using var rig = await DamagedAsync(AppendOldAsync);
        using var bench = new StoreBench(rig);
        bench.Salvage.Step();
        bench.Salvage.Step();
        bench.Append(Old);
        Assert.True(bench.Write());
        bench.MeetDamage();
        Damage(rig);
        bench.Append(Old + 1);
        Assert.False(bench.Write());
        Assert.True(bench.Write());

        bench.SalvageAll();

        Assert.Equal(Enumerable.Range(0, Old + 2).Select(static value => (long)value), rig.Values().Order());
        Assert.Equal((Old + 2, 0), (bench.State.Depths.Total, bench.State.Ledger.Counts[(int)LossReason.Unreadable]));
        Assert.False(File.Exists(rig.Config.Path + ".salvage"));
    }

    /// <summary>Finds the damage, salvages so many slices (the first copies the small tables), and ends.</summary>
    private static void Begin(QueueRig rig, int slices)
    {
        using var bench = new StoreBench(rig);
        for (var slice = 0; slice < slices; slice++)
        {
            bench.Salvage.Step();
        }

        Assert.False(bench.Salvage.IsDone);
    }

    /// <summary>As <see cref="Begin"/>; then the first of what came back is marked as delivered.</summary>
    private static void BeginAndDeliver(QueueRig rig, int slices, int delivered)
    {
        Begin(rig, slices);
        Assert.Equal((slices - 1) * 1_000, rig.Values().Count);
        rig.Execute($"INSERT INTO state(key, value) VALUES('message_removed_to', {delivered})");
    }

    private static Task AppendOldAsync(QueueRig rig) => Task.WhenAll(Enumerable.Range(0, Old).Select(value => rig.AppendAsync(value)));

    private static async Task<List<long>> DrainAsync(QueueRig rig)
    {
        rig.Open();
        rig.Queue.BeginConnection();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        return await rig.DrainAsync();
    }

    /// <summary>A queue whose header is damaged, with what was appended.</summary>
    private static async Task<QueueRig> DamagedAsync(Func<QueueRig, Task> append)
    {
        var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await append(rig);
        await rig.CloseAsync();
        Damage(rig);
        return rig;
    }

    private static void Damage(QueueRig rig)
    {
        using var file = new FileStream(rig.Config.Path, FileMode.Open);
        file.Position = 20;
        file.Write(new byte[60]);
    }
}
