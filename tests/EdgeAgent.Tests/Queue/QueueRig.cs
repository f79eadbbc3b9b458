using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Queue;

/// <summary>A boot clock that a test sets.</summary>
internal sealed class SetBootClock : BootClock
{
    public string Boot { get; set; } = "boot-1";

    public long Now { get; set; } = 5_000;

    public long Offset { get; set; } = 1_780_000_000_000;

    public bool Synchronized { get; set; } = true;

    public override string BootId => Boot;

    public override long Milliseconds => Now;

    public override long WallOffset => Offset;

    public override bool IsSynchronized => Synchronized;
}

/// <summary>A real queue file in a folder of its own, with time in the test's hands.</summary>
internal sealed class QueueRig : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private const string ValuesOnDisk = """
        SELECT v FROM message WHERE seq > (SELECT coalesce(max(value), 0) FROM state WHERE key = 'message_removed_to')
        UNION ALL SELECT v FROM urgent WHERE seq > (SELECT coalesce(max(value), 0) FROM state WHERE key = 'urgent_removed_to')
        """;

    private readonly SemaphoreSlim _available = new(0);
    private readonly CancellationTokenSource _stop = new();
    private MessageQueue? _queue;
    private Task _running = Task.CompletedTask;

    public QueueRig(string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("edgeagent-queue-").FullName;
        Config = new QueueConfig
        {
            Path = Path.Combine(Folder, "queue.db"),
            LossWindow = TimeSpan.FromSeconds(1),
            MaxSize = 512L << 20,
            MaxAge = TimeSpan.FromDays(30),
            WhenFull = WhenFull.Thin,
            KeepFree = 0,
        };
    }

    public string Folder { get; }

    public QueueConfig Config { get; set; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    public SetBootClock Clock { get; } = new();

    public MessageQueue Queue => _queue!;

    /// <summary>The queue's run: it faults when the store dies.</summary>
    public Task Running => _running;

    public Envelope Boiler { get; } = new() { Sensor = "boiler", Topic = "pi/boiler", Fields = [new("value", "°C")] };

    public Envelope Alarm { get; } = new() { Sensor = "alarm", Topic = "pi/alarm", Fields = [new("value", null)], Priority = MessagePriority.High };

    public static QueueRig WithLossWindow(TimeSpan window)
    {
        var rig = new QueueRig();
        rig.Config = rig.Config with { LossWindow = window };
        return rig;
    }

    public QueueOpening TryOpen() => MessageQueue.Open(Config, Clock, Time, NullLogger.Instance);

    public QueueRig Open()
    {
        var opening = TryOpen();
        Assert.Null(opening.Failure);
        _queue = opening.Queue!;
        _queue.Available = () => _available.Release();
        _running = _queue.RunAsync(_stop.Token);
        return this;
    }

    /// <summary>A clean stop and a new start.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    public async Task CloseAsync()
    {
        await _queue!.DisposeAsync().AsTask().WaitAsync(Deadline);
        await _running.WaitAsync(Deadline);
        _queue = null;
    }

    /// <summary>A start from what a crash at this moment would leave: a copy of the files as they are.</summary>
    public QueueRig Crashed()
    {
        var copy = new QueueRig { Config = Config };
        foreach (var file in Directory.GetFiles(Folder, "queue.db*"))
        {
            File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
        }

        copy.Config = Config with { Path = copy.Config.Path is var _ ? Path.Combine(copy.Folder, "queue.db") : "" };
        return copy;
    }

    public async Task<AppendResult> AppendAsync(long value, Envelope? envelope = null) =>
        await Queue.AppendAsync(envelope ?? Boiler, ++Clock.Now, MessageBody.Of(value), default).AsTask().WaitAsync(Deadline);

    public async Task AppendAsync(IEnumerable<int> values, Envelope? envelope = null, AppendResult expected = AppendResult.Accepted)
    {
        foreach (var value in values)
        {
            Assert.Equal(expected, await AppendAsync(value, envelope));
        }
    }

    public async Task FlushAsync() => Assert.True(await Queue.FlushAsync().WaitAsync(Deadline));

    /// <summary>Takes from a lane until it has <paramref name="count"/>, waiting for the store where it must read.</summary>
    public async Task<ImmutableArray<QueuedMessage>> TakeAsync(Lane lane, int count)
    {
        var taken = ImmutableArray.CreateBuilder<QueuedMessage>();
        while (taken.Count < count)
        {
            if (Queue.TryTake(lane, out var message))
            {
                taken.Add(message with { Body = message.Body with { Packed = message.Body.Packed.ToArray() } });
            }
            else
            {
                Assert.True(await _available.WaitAsync(Deadline), $"{taken.Count} of {count} messages came");
            }
        }

        return taken.ToImmutable();
    }

    /// <summary>Takes the next message of whichever lane has one.</summary>
    public async Task<QueuedMessage> TakeAnyAsync()
    {
        QueuedMessage message;
        while (!Queue.TryTake(Lane.Live, out message) && !Queue.TryTake(Lane.Backlog, out message))
        {
            Assert.True(await _available.WaitAsync(Deadline), "no message came");
        }

        return message;
    }

    /// <summary>Takes and acknowledges everything in both lanes, and says what it was in this order.</summary>
    public async Task<List<long>> DrainAsync()
    {
        var values = new List<long>();
        while (true)
        {
            while (Queue.TryTake(Lane.Live, out var message) || Queue.TryTake(Lane.Backlog, out message))
            {
                values.Add(message.Body.Bits);
                Queue.Acknowledge([message.Sequence]);
            }

            if (Queue.Snapshot().Depth == 0)
            {
                return values;
            }

            Assert.True(await _available.WaitAsync(Deadline), $"{values.Count} messages came, {Queue.Snapshot().Depth} wait");
        }
    }

    public void Acknowledge(IEnumerable<QueuedMessage> messages) => Queue.Acknowledge([.. messages.Select(static message => message.Sequence)]);

    /// <summary>Asks the file, as a crash at this moment would leave it.</summary>
    public long Ask(string sql) => AskAll(sql).FirstOrDefault();

    /// <summary>The values that are on disk and not removed.</summary>
    public List<long> Values() => AskAll(ValuesOnDisk);

    /// <summary>The bodies that are on disk and not removed, whatever their kind; what may lie in the dead letters is not among them.</summary>
    public List<MessageBody> Bodies() => AskAll(ValuesOnDisk, static reader => reader.GetValue(0) switch
    {
        long number => MessageBody.Of(number),
        double number => MessageBody.Of(number),
        var blob => new((BodyKind)((byte[])blob)[0], 0, ((byte[])blob).AsMemory(1)),
    });

    /// <summary>Changes the file, which nobody has open.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Config.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        _ = command.ExecuteNonQuery();
    }

    private List<long> AskAll(string sql) => AskAll(sql, static reader => reader.IsDBNull(0) ? 0 : reader.GetInt64(0));

    private List<T> AskAll<T>(string sql, Func<SqliteDataReader, T> read)
    {
        var copy = Directory.CreateTempSubdirectory("edgeagent-look-").FullName;
        foreach (var file in Directory.GetFiles(Folder, "queue.db*"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        using var connection = new SqliteConnection($"Data Source={Path.Combine(copy, "queue.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        var answers = new List<T>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                answers.Add(read(reader));
            }
        }

        connection.Close();
        Directory.Delete(copy, recursive: true);
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await CloseAsync();
        }

        _stop.Dispose();
        _available.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
