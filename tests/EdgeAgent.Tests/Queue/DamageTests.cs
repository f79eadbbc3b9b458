using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class DamageTests
{
    private const int Messages = 700;

    [Fact]
    public async Task Two_hundred_damaged_files_all_open_take_new_messages_and_give_back_what_can_be_read()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var original = new QueueRig().Open();
        await original.AppendAsync(Enumerable.Range(0, Messages / 2));
        await original.AppendAsync(Enumerable.Range(Messages / 2, 50), original.Alarm);
        await original.ReopenAsync();
        await original.AppendAsync(Enumerable.Range((Messages / 2) + 50, (Messages / 2) - 50));
        await original.FlushAsync();
        var rescued = 0L;
        for (var damage = 0; damage < 200; damage++)
        {
            await using var rig = original.Crashed();
            var what = Damage(rig, random, damage);
            try
            {
                rig.Open();
                await (await Task.WhenAny(rig.Queue.SettleAsync(), rig.Running)).WaitAsync(QueueRig.Deadline);
                Assert.NotEqual(AppendResult.Refused, await rig.AppendAsync(-77));
                rig.Queue.BeginConnection();
                var values = await DrainAsync(rig);
                Assert.Contains(-77L, values);
                rescued += values.Distinct().Count(static value => value is >= 0 and < Messages);
                await rig.CloseAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, case {damage} ({what}): {exception.Message} {rig.Running.Exception}", exception);
            }
        }

        // Most damage hits few rows: what is readable must come back.
        Assert.True(rescued > 200 * Messages * 0.5, $"only {rescued / 200.0} of {Messages} came back on average");
    }

    [Fact]
    public async Task A_page_whose_numbers_are_in_no_order_does_not_lead_the_salvage_round_in_circles()
    {
        await using var original = new QueueRig().Open();
        await original.AppendAsync(Enumerable.Range(0, 400));
        await original.ReopenAsync();
        await original.AppendAsync(Enumerable.Range(400, 100));
        await original.FlushAsync();
        for (var cut = 1; cut < 12; cut++)
        {
            // Cut within a page while the WAL still holds others: SQLite reads the missing end of it as zeros.
            await using var rig = original.Crashed();
            using (var file = new FileStream(rig.Config.Path, FileMode.Open))
            {
                file.SetLength(file.Length - (cut * Database.PageSize) + 128);
            }

            rig.Open();
            await (await Task.WhenAny(rig.Queue.SettleAsync(), rig.Running)).WaitAsync(QueueRig.Deadline);
            Assert.False(rig.Running.IsCompleted, $"cut {cut}: {rig.Running.Exception}");
            rig.Queue.BeginConnection();
            var values = await DrainAsync(rig);
            Assert.True(cut > 5 || values.Distinct().Count() > 100, $"cut {cut}: {values.Count}");
        }
    }

    [Fact]
    public async Task A_damaged_file_is_kept_and_the_ledger_says_what_became_of_it()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 2_000));
        await rig.CloseAsync();
        using (var file = new FileStream(rig.Config.Path, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        rig.Open();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        await rig.AppendAsync(9_999);
        rig.Queue.BeginConnection();
        var values = await DrainAsync(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var entries = new List<string>();
        while (rig.Queue.TryTake(Lane.Ledger, out var entry))
        {
            entries.Add(System.Text.Encoding.UTF8.GetString(entry.Body.Packed.Span));
        }

        Assert.Single(Directory.GetFiles(rig.Folder, "queue.db.corrupt-*"), static path => path.EndsWith('Z'));
        Assert.Contains(9_999L, values);
        Assert.True(values.Count > 500, $"{values.Count}");
        Assert.Contains(entries, static entry => entry.Contains("unreadable", StringComparison.Ordinal) && entry.Contains("corrupt-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Salvaged_messages_keep_their_ids()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 300));
        rig.Queue.BeginConnection();
        var before = (await rig.TakeAsync(Lane.Backlog, 200)).ToDictionary(static message => message.Body.Bits, static message => MessageId.Of(in message));
        await rig.CloseAsync();
        using (var file = new FileStream(rig.Config.Path, FileMode.Open))
        {
            file.Position = 20;
            file.Write(new byte[60]);
        }

        rig.Open();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        rig.Queue.BeginConnection();
        var after = await rig.TakeAsync(Lane.Backlog, 300);

        Assert.Equal(Enumerable.Range(0, 300).Select(static value => (long)value), after.Select(static message => message.Body.Bits));
        Assert.All(after.Where(message => before.ContainsKey(message.Body.Bits)), message => Assert.Equal(before[message.Body.Bits], MessageId.Of(in message)));
    }

    [Fact]
    public async Task A_foreign_file_is_moved_aside_as_it_is()
    {
        await using var rig = new QueueRig();
        var text = new string('x', 50_000);
        await File.WriteAllTextAsync(rig.Config.Path, text);

        rig.Open();
        await rig.AppendAsync(1);
        await rig.FlushAsync();

        Assert.Equal(text, await File.ReadAllTextAsync(Directory.GetFiles(rig.Folder, "queue.db.corrupt-*").Single()));
    }

    [Fact]
    public async Task An_older_file_is_brought_up_to_date_and_a_copy_of_it_is_kept()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2, 3]);
        await rig.CloseAsync();
        Sql(rig.Config.Path, "ALTER TABLE ledger DROP COLUMN run; ALTER TABLE dead DROP COLUMN attempts; ALTER TABLE dead DROP COLUMN retried; DROP TABLE latest; PRAGMA user_version = 1");

        rig.Open();
        rig.Queue.BeginConnection();

        Assert.Equal([1, 2, 3], await rig.DrainAsync());
        Assert.Equal(Schema.Version, rig.Ask("PRAGMA user_version"));
        Assert.True(File.Exists(rig.Config.Path + ".version-1"));
    }

    internal static void Sql(string path, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Damage(QueueRig rig, Random random, int number)
    {
        var path = rig.Config.Path + (number % 4 == 3 ? "-wal" : "");
        var bytes = File.ReadAllBytes(path);
        var at = number % 5 == 0 ? random.Next(100) : random.Next(bytes.Length);
        string what;
        switch (number % 3)
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                what = $"bit at {at}";
                break;
            case 1:
                bytes = bytes[..at];
                what = $"cut at {at}";
                break;
            default:
                at -= at % Database.PageSize;
                bytes.AsSpan(at, Math.Min(Database.PageSize, bytes.Length - at)).Clear();
                what = $"page at {at} zeroed";
                break;
        }

        File.WriteAllBytes(path, bytes);
        return $"{Path.GetFileName(path)}: {what} of {bytes.Length}";
    }

    /// <summary>Drains as far as it goes: after damage the depth is an estimate.</summary>
    private static async Task<List<long>> DrainAsync(QueueRig rig)
    {
        var values = new List<long>();
        for (var quiet = 0; quiet < 3;)
        {
            Assert.True(values.Count < 20 * Messages, "there is no end of messages");
            if (rig.Queue.TryTake(Lane.Live, out var message) || rig.Queue.TryTake(Lane.Backlog, out message))
            {
                quiet = 0;
                values.Add(message.Body.Kind == BodyKind.Integer ? message.Body.Bits : long.MinValue);
                rig.Queue.Acknowledge([message.Sequence]);
            }
            else
            {
                quiet++;
                await (await Task.WhenAny(rig.Queue.SettleAsync(), rig.Running)).WaitAsync(QueueRig.Deadline);
            }
        }

        return values;
    }
}
