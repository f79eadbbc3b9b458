using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>
/// The one thread that uses the file, for reading too. It sleeps until there is something to write, to remove or to read ahead,
/// does it, and sleeps again; a failure of the file is a state of it, not its end.
/// </summary>
internal sealed class Store
{
    private const long ClockMilliseconds = 1_000;

    private readonly QueueState _state;
    private readonly Alarm _alarm;
    private readonly QueueClock _clock;
    private readonly StoreParts _parts;
    private readonly StoreWriter _writer;
    private readonly ILogger _log;
    private long _clockDue;
    private long _rounds;

    public Store(QueueState state, Alarm alarm, QueueClock clock, StoreParts parts, TimeSpan lossWindow, ILogger log)
    {
        (_state, _alarm, _clock, _parts, _log) = (state, alarm, clock, parts, log);
        Schedule = new(state, alarm, lossWindow);
        _writer = new(state, clock, parts, Schedule, log);
        Questions = new(alarm);
    }

    /// <summary>Called without the lock when the drainer may find something new.</summary>
    public Action? Available { get; set; }

    /// <summary>Under the lock.</summary>
    public StoreSchedule Schedule { get; }

    /// <summary>Any thread.</summary>
    public StoreQuestions Questions { get; }

    /// <summary>For questions: the thread's alone.</summary>
    public StoreInspection Inspection => _parts.Inspection;

    public string? Problem => _writer.Problem;

    public StoreHealth Health => _writer.Health;

    public StoreFigures Figures => _parts.Upkeep.Figures;

    /// <summary>The thread's work, until the schedule is closed.</summary>
    public void Run()
    {
        using var writes = new ThreadWrites();
        _parts.Upkeep.Writes = writes;
        _ = _writer.Try(_parts.Upkeep.Measure, _clock.Now);
        while (true)
        {
            _alarm.Wait();
            do
            {
                _ = Interlocked.Increment(ref _rounds);
            }
            while (Pass() || IsDue());

            lock (_state.Gate)
            {
                Schedule.Waiters.Idle();
                if (Schedule.IsClosing)
                {
                    break;
                }

                _alarm.WakeAt(NextDue());
            }
        }

        Finish();
    }

    /// <summary>Grows whenever the thread goes round. Any thread.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>In a question: completes when what it decided is committed; false where the queue closed before.</summary>
    public Task<bool> WhenDecidedIsDurable()
    {
        lock (_state.Gate)
        {
            _state.Lanes.IsHungry |= _state.Lanes.Letters.Count > 0;
            return Schedule.Waiters.WhenDecisionsAreDurable();
        }
    }

    /// <summary>Does what is due; true where there may be more at once.</summary>
    private bool Pass()
    {
        var now = _clock.Now;
        if (now >= _clockDue)
        {
            _clockDue = now + ClockMilliseconds;
            _parts.Eras.Check();
        }

        // A question is about everything that was decided before it was asked: it is taken first, and answered when that is written.
        var isAsked = Questions.TryTake(out var question);
        ChangeLimits(now);
        bool writes;
        bool reads;
        bool offers;
        bool mayTry;
        lock (_state.Gate)
        {
            // Whoever asks about a full file perhaps wants to make room in it.
            mayTry = now >= _writer.RetryAt || Schedule.IsClosing || (isAsked && Health == StoreHealth.Full);
            writes = mayTry && (Schedule.IsDue(now) || (_parts.Eras.HasCorrection && Figures.Oldest is not null));
            reads = !Schedule.IsClosing && (mayTry || Health == StoreHealth.Full) && _state.Lanes.NeedsReading();
            offers = _state.Lanes.NextDue <= now;
        }

        if (offers)
        {
            Offer();
        }

        // Reading goes on while a full disk refuses to be written: the drain is what makes room.
        var succeeded = (!writes || _writer.Try(() => _writer.Write(now), now)) & (!reads || _writer.Try(_parts.Reading.Read, now));
        if (reads)
        {
            Offer();
        }

        if (isAsked)
        {
            Answer(question, mayTry, now);
            return !Schedule.IsClosing;
        }

        if (!writes && !reads)
        {
            return mayTry && !Schedule.IsClosing && DoSpareWork(now);
        }

        return succeeded && !Schedule.IsClosing;
    }

    /// <summary>Something became due during the last pass: whoever waits for the end of all work waits for it too.</summary>
    private bool IsDue()
    {
        var now = _clock.Now;
        lock (_state.Gate)
        {
            return !Schedule.IsClosing && now >= _writer.RetryAt && Schedule.IsDue(now);
        }
    }

    /// <summary>Takes over other limits, where they were asked for.</summary>
    private void ChangeLimits(long now)
    {
        TaskCompletionSource? changed;
        lock (_state.Gate)
        {
            changed = _state.Limits.Take();
        }

        if (changed is null)
        {
            return;
        }

        _parts.Limits.Changed(now);
        _writer.TryAgainAtOnce();
        _ = _writer.Try(_parts.Upkeep.Measure, now);

        // Not before: who is told appends at once, and would be judged by the size of before.
        changed.SetResult();
    }

    private void Answer(Question question, bool mayTry, long now)
    {
        if (!mayTry || !_writer.Try(question.Answer, now))
        {
            question.Refuse($"The queue's file cannot be used now: {Problem}");
        }

        Offer();
    }

    /// <summary>One slice of what can wait; false where there is nothing.</summary>
    private bool DoSpareWork(long now)
    {
        if (_parts.Upkeep.CanGiveBack)
        {
            return _writer.Try(_parts.Upkeep.GiveBack, now);
        }

        if (_parts.DeadLetters.IsOver)
        {
            return _writer.Try(_parts.DeadLetters.Discard, now) && _writer.Try(() => _writer.Write(now), now);
        }

        if (now >= _parts.Limits.NextRoom)
        {
            return _writer.Try(() => KeepWithin(now), now);
        }

        if (now >= _parts.Limits.NextAgeCheck)
        {
            return _writer.Try(() => _ = _parts.Limits.Expire(now, _parts.Ages()), now) && _writer.Try(() => _writer.Write(now), now);
        }

        if (_parts.Salvage is not null)
        {
            return _writer.Try(SalvageSlice, now);
        }

        return Health == StoreHealth.Healthy && _parts.Shrinking.IsDue(now) && _writer.Try(() => _parts.Shrinking.Shrink(now), now);
    }

    private void KeepWithin(long now)
    {
        _parts.Limits.MakeRoom(now);
        _writer.Write(now);
        _parts.Upkeep.ShrinkWal();
    }

    private void SalvageSlice()
    {
        if (_parts.Salvage!.IsDone)
        {
            // A crash in between tells it again, with the same numbers.
            _writer.Write(_clock.Now);
            _parts.EndSalvage();
            return;
        }

        _writer.Write(_clock.Now);
        _parts.Salvage.Step();
        Offer();
    }

    private void Offer()
    {
        bool offers;
        lock (_state.Gate)
        {
            offers = _state.Lanes.IsHungry;
            _state.Lanes.IsHungry = false;
        }

        if (offers)
        {
            Available?.Invoke();
        }
    }

    private long NextDue()
    {
        var due = Math.Min(Schedule.NextDue(), Math.Min(_parts.Limits.NextAgeCheck, _parts.Limits.NextRoom));
        if (_parts.Eras.IsUnsure)
        {
            due = Math.Min(due, _clockDue);
        }

        if (_state.Lanes.NextDue is var offer && offer > _clock.Now)
        {
            // What is due already was offered; a drainer that is not hungry comes by itself.
            due = Math.Min(due, offer);
        }

        return Math.Max(due, _writer.RetryAt);
    }

    private void Finish()
    {
        try
        {
            _parts.EnsureOpen();

            // Whatever came during the last pass: acknowledgements too, or they would be delivered twice after a clean stop.
            _writer.Write(_clock.Now);
            _parts.Work.Close();
            _log.Closed(_state.Depths.Total);
        }
        catch (StoreException failure)
        {
            _log.StoreFailed(failure.Message);
            _log.ClosedUnwritten(_state.WriteBehind.Count);
        }

        Questions.Close();
        _parts.Dispose();
        lock (_state.Gate)
        {
            Schedule.Waiters.TakeWriting()(false);
            Schedule.Waiters.TakeDecisions()(false);
            Schedule.Waiters.Idle();
            _state.Limits.Take()?.SetResult();
        }
    }
}
