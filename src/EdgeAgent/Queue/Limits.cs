using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>
/// Keeps the file within its limits, a slice at a time whatever the backlog: what is removed already, what is too old, then by policy
/// the oldest messages of normal priority (thinned or dropped), and those of high priority last of all. What is in flight stays. The
/// store thread's alone.
/// </summary>
internal sealed class Limits(QueueState state, StoreFile file, RowLookup lookup)
{
    /// <summary>Rows looked at in one go.</summary>
    private const int Slice = 4_096;

    private const int DropsAfterBarrenRound = 64;

    private const long AgeMilliseconds = 60_000;

    /// <summary>Where nothing may go, it is looked at again after so long.</summary>
    private const long RestMilliseconds = 1_000;

    private readonly Chunk _chunk = new();
    private readonly List<Unwritten> _steps = [];
    private long _thinFrom;
    private bool _hasThinned = true;
    private int _drops;
    private bool _refusesNew;
    private long _ageCheckedAt;
    private long _restsUntil;

    /// <summary>More than the limit is used, and less than a twentieth of it has been freed since.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When room should be made, milliseconds of the queue's clock; <see cref="long.MaxValue"/>: there is enough.</summary>
    public long NextRoom => IsOver ? _restsUntil : long.MaxValue;

    /// <summary>A stretch of the messages of normal priority that the next commit writes anew, as <see cref="Steps"/>; null: none.</summary>
    public SequenceRange? Thinned { get; private set; }

    public IReadOnlyList<Unwritten> Steps => _steps;

    /// <summary>When ages should be looked at next, milliseconds of the queue's clock.</summary>
    public long NextAgeCheck => _ageCheckedAt + AgeMilliseconds;

    /// <summary>What is removed is to be given back at once: the room is needed.</summary>
    public bool NeedsRoom => IsOver || _refusesNew;

    private QueueLimits InForce => state.Limits.Present;

    /// <summary>Other limits are in force: the size is to be measured by them, and ages are looked at soon.</summary>
    public void Changed(long now)
    {
        (_thinFrom, _hasThinned, _drops) = (0, true, 0);
        _ageCheckedAt = now - AgeMilliseconds;
        _restsUntil = now;
    }

    /// <summary>Looks at the size after a commit.</summary>
    public void Measure(long size)
    {
        var maxSize = InForce.MaxSize;
        var twentieth = maxSize / 20;
        var dropsNewest = InForce.WhenFull == WhenFull.DropNewest;
        IsOver = size > maxSize || (!dropsNewest && IsOver && size > maxSize - twentieth);

        // What is new is refused before the limit, so that high priority finds room without anything stored having to go.
        _refusesNew = dropsNewest && (size > maxSize - twentieth || (_refusesNew && size > maxSize - (2 * twentieth)));
        lock (state.Gate)
        {
            state.RefusesNew = _refusesNew;
        }
    }

    /// <summary>Ends a slice of what is too old; true where all of it was.</summary>
    public bool Expire(long now, Ages ages)
    {
        _ageCheckedAt = now;
        var isWhole = false;
        foreach (var owner in state.Classes)
        {
            _ = Read(owner, 0);
            var count = 0;
            lock (state.Gate)
            {
                while (count < _chunk.Count && ages.IsOverMaxAge(_chunk.Rows[count].Era.Era, _chunk.Rows[count].BootTime))
                {
                    _ = Lose(owner, in _chunk.Rows[count++], LossReason.Expired);
                }
            }

            isWhole |= count == _chunk.Count && count >= Slice;
        }

        if (isWhole)
        {
            _ageCheckedAt = now - AgeMilliseconds;
        }

        return isWhole;
    }

    /// <summary>Makes room by policy: ends a slice of the oldest, or plans its thinning. Where nothing may go, it rests.</summary>
    public void MakeRoom(long now)
    {
        if (Thinned is null && !(InForce.WhenFull == WhenFull.Thin && TryThin(state.Classes[0])) && !TryDropNormal() && !TryDrop(state.Classes[1], 0))
        {
            _restsUntil = now + RestMilliseconds;
        }
    }

    /// <summary>The commit succeeded. One that failed is repeated with the same steps: the rows that they replace are in the ledger.</summary>
    public void Committed()
    {
        Thinned = null;
        _steps.Clear();
    }

    private bool TryDropNormal()
    {
        // Under drop_newest only high priority can have come this far: the newest of the others give way to it.
        var from = InForce.WhenFull == WhenFull.DropNewest ? file.Database.Messages[0].LowestOfLast(Slice) : 0;
        if (TryDrop(state.Classes[0], from))
        {
            return true;
        }

        if (file.Database.Messages[1].LowestAbove(file.Database.Removals[1].RemovedTo) is null)
        {
            return false;
        }

        lock (state.Gate)
        {
            // What is written and still in memory is too fresh to go, but for high priority, which would have to instead.
            state.Trim(now: 0, spare: 0);
        }

        return TryDrop(state.Classes[0], from);
    }

    /// <summary>Ends a slice; what is passed over is in flight or waits to be tried again, and so is not much.</summary>
    private bool TryDrop(PriorityClass owner, long from)
    {
        var dropped = 0;
        for (long end = from + 1; dropped == 0 && from < end; from = _chunk.CoversTo)
        {
            end = Read(owner, from);
            lock (state.Gate)
            {
                for (var i = 0; i < _chunk.Count; i++)
                {
                    dropped += Lose(owner, in _chunk.Rows[i], LossReason.Evicted) ? 1 : 0;
                }
            }
        }

        return dropped > 0;
    }

    /// <summary>
    /// Goes through the older half again and again, so that what is oldest has been halved most often. After a round that found nothing
    /// to thin, the oldest are dropped for a while.
    /// </summary>
    private bool TryThin(PriorityClass owner)
    {
        if (_drops > 0)
        {
            _drops--;
            return false;
        }

        _ = Read(owner, _thinFrom);
        var removedTo = file.Database.Removals[0].RemovedTo;
        var isFew = owner.LastOnDisk - removedTo < 2 * Slice;
        if (_chunk.Count > 0 && (_thinFrom == 0 || isFew || _chunk.Rows[0].Sequence <= (removedTo + owner.LastOnDisk) / 2))
        {
            _thinFrom = _chunk.CoversTo;
            _hasThinned |= Thin(owner);
            return true;
        }

        if (_thinFrom == 0)
        {
            return false;
        }

        _drops = _hasThinned ? 0 : DropsAfterBarrenRound;
        _hasThinned = false;
        _thinFrom = 0;
        return _drops == 0;
    }

    /// <summary>Plans the slice anew as a whole: deleting single rows frees no page, deleting all and inserting fewer does.</summary>
    private bool Thin(PriorityClass owner)
    {
        lock (state.Gate)
        {
            var rows = new List<ThinRow>(_chunk.Count);
            for (var i = 0; i < _chunk.Count; i++)
            {
                ref var row = ref _chunk.Rows[i];
                if (state.Endings.IsIdleRow(owner, row.Sequence))
                {
                    rows.Add(new(row.Sequence, row.Envelope, row.Era, row.BootTime, _chunk.Body(in row)));
                }
            }

            var (steps, gone) = Thinning.Plan(rows);
            if (steps.Count == 0)
            {
                return false;
            }

            foreach (var row in gone)
            {
                _ = state.Endings.TryLoseRow(owner, row.Sequence, row.Envelope, row.Era, row.BootTime, LossReason.Thinned);
            }

            Survivors(steps, gone);
            Thinned = new(_chunk.Rows[0].Sequence, _chunk.Rows[_chunk.Count - 1].Sequence);
            owner.Ahead.Clear();
            return true;
        }
    }

    private void Survivors(List<(ThinRow Last, MessageBody Body)> steps, List<ThinRow> gone)
    {
        var removed = gone.Select(static row => row.Sequence).ToHashSet();
        var replaced = steps.ToDictionary(static step => step.Last.Sequence, static step => step);
        for (var i = 0; i < _chunk.Count; i++)
        {
            ref var row = ref _chunk.Rows[i];
            if (replaced.TryGetValue(row.Sequence, out var step))
            {
                var envelope = state.Envelopes.Intern(Thinning.EnvelopeOf(row.Envelope.Envelope));
                envelope.LastSequence = Math.Max(envelope.LastSequence, row.Sequence);
                _steps.Add(new(row.Sequence, envelope, row.BootTime, step.Body));
                if (row.Envelope.NewestSequence == row.Sequence)
                {
                    row.Envelope.ForgetNewest();
                }
            }
            else if (!removed.Contains(row.Sequence))
            {
                var body = _chunk.Body(in row);
                _steps.Add(new(row.Sequence, row.Envelope, row.BootTime, body with { Packed = body.Packed.ToArray() }));
            }
        }
    }

    private bool Lose(PriorityClass owner, in Row row, LossReason reason) =>
        state.Endings.TryLoseRow(owner, row.Sequence, row.Envelope, row.Era, row.BootTime, reason);

    /// <summary>Reads a slice; the number behind the last that there may be.</summary>
    private long Read(PriorityClass owner, long from)
    {
        long end;
        lock (state.Gate)
        {
            end = state.Ring.First;
        }

        var table = (int)owner.Priority;
        _chunk.Clear(Math.Max(from, file.Database.Removals[table].RemovedTo + 1));
        file.Database.Messages[table].Fill(_chunk, end, lookup.Envelope, lookup.Era, Slice);
        lock (state.Gate)
        {
            state.Endings.LoseOrphans(owner, _chunk);
        }

        return end;
    }
}
