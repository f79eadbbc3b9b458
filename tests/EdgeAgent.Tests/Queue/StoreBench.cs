using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Tests.Queue;

/// <summary>
/// The store's parts on a real file and on the test's own thread, without the loop, so that a test can have a write fail at the moment it wants.
/// SQLite itself refuses it, by a setting of the connection: one that is opened anew works again.
/// </summary>
internal sealed class StoreBench : IDisposable
{
    private readonly QueueRig _rig;
    private readonly Alarm _alarm;
    private readonly StoreParts _parts;
    private readonly QueueClock _clock;

    /// <summary>Loss window 0. A file that is there already is taken for a damaged one, and moved aside for <see cref="Salvage"/>.</summary>
    public StoreBench(QueueRig rig)
    {
        SQLitePCL.Batteries_V2.Init();
        _rig = rig;
        _clock = new(rig.Time);
        _alarm = new(rig.Time, _clock);
        var path = rig.Config.Path;
        if (System.IO.File.Exists(path))
        {
            var damaged = DamagedFile.MoveAside(path, rig.Time, below: null);
            QueueFile.Create(path, damaged);
        }
        else
        {
            System.IO.File.Create(path).Dispose();
        }

        var database = Database.Open(path);
        var era = new Era(QueueFile.NewName(), rig.Clock.BootId, rig.Clock.WallOffset, rig.Clock.IsSynchronized);
        var stored = StoredState.Read(database, era, rig.Clock.Milliseconds, lossWindow: 0, new(path), new SalvageList(path).Read());
        var ledger = new Ledger(_clock, era.Name, "test/ledger", stored.Ledger, stored.LastLedgerId);
        State = new(stored, QueueLimits.Of(rig.Config), ledger, Ages.Of(rig.Clock, rig.Config.MaxAge));
        File = new(path, database);
        _parts = new(State, File, stored, rig.Clock, rig.Time, NullLogger.Instance);
        Schedule = new(State, _alarm, TimeSpan.Zero);
        Writer = new(State, _clock, _parts, Schedule, NullLogger.Instance);
    }

    public QueueState State { get; }

    public StoreFile File { get; }

    public StoreSchedule Schedule { get; }

    public StoreWriter Writer { get; }

    public StoreInspection Inspection => _parts.Inspection;

    public Salvage Salvage => _parts.Salvage!;

    public void Append(long value, Envelope? envelope = null)
    {
        lock (State.Gate)
        {
            Assert.NotEqual(0, State.Append(envelope ?? _rig.Boiler, ++_rig.Clock.Now, MessageBody.Of(value), _clock.Now));
        }
    }

    /// <summary>Writes what is due; false where the file failed.</summary>
    public bool Write() => Writer.Try(() => Writer.Write(_clock.Now), _clock.Now);

    /// <summary>A commit for which no new message is due yet.</summary>
    public void WriteWithoutRows()
    {
        lock (State.Gate)
        {
            _parts.Work.Take(withRows: false);
        }

        _parts.Work.Commit(_clock.Now);
        lock (State.Gate)
        {
            _parts.Work.Committed();
        }
    }

    /// <summary>The newest message of the oldest topic goes to a broker, which acknowledges it.</summary>
    public void DeliverNewest()
    {
        lock (State.Gate)
        {
            State.Lanes.Begin(DeliveryOrder.LiveFirst);
            Assert.True(State.Lanes.TryTake(Lane.Live, _clock.Now, out var taken));
            Assert.True(State.Lanes.TryEnd(taken.Sequence, out var owner, out var message));
            State.Endings.End(owner, in message);
            State.TrimEnded();
            State.Lanes.End();
        }
    }

    public void CheckClock() => _parts.Eras.Check();

    /// <summary>What is done every thousand commits, and at a clean stop.</summary>
    public void Tidy() => File.Database.Transact(isSynchronous: true, _parts.Upkeep.Finish);

    /// <summary>Removes all messages up to a number.</summary>
    public void Remove(long to) => File.Database.Transact(isSynchronous: true, () => File.Database.Removals[0].Remove([new(1, to)], (int)to, long.MaxValue));

    /// <summary>Asks the open file.</summary>
    public List<long> Ask(string sql)
    {
        using var statement = File.Database.Prepare(sql);
        var answers = new List<long>();
        while (statement.Step())
        {
            answers.Add(statement.Integer(0));
        }

        return answers;
    }

    /// <summary>Salvages all that is pending, one damaged file after the other.</summary>
    public void SalvageAll()
    {
        while (_parts.Salvage is { } salvage)
        {
            while (!salvage.IsDone)
            {
                salvage.Step();
            }

            Assert.True(Write());
            _parts.EndSalvage();
        }
    }

    /// <summary>The store meets damage, as it does where a page that it reads is wrong.</summary>
    public void MeetDamage() => Assert.False(Writer.Try(static () => throw new StoreException(SQLitePCL.raw.SQLITE_CORRUPT, "malformed"), _clock.Now));

    /// <summary>From now on every write on this connection fails, and not as for want of room.</summary>
    public void FailWrites() => Set("query_only = ON");

    /// <summary>The file may have so many pages; SQLITE_FULL beyond.</summary>
    public void LimitPages(long most) => Set($"max_page_count = {most}");

    public void Dispose()
    {
        _parts.Dispose();
        _alarm.Dispose();
    }

    private void Set(string pragma)
    {
        using var statement = File.Database.Prepare($"PRAGMA {pragma}");
        statement.Run();
    }
}
