using EdgeAgent.Hosting;

namespace EdgeAgent.Queue;

/// <summary>
/// Keeps the wall time of messages true. A message has only its boot time; its era says what wall time that was. While the clock has
/// not been set by a trusted source the offset is a guess, and every era of this boot gets the better one as soon as there is one. A
/// step of a clock that was set begins a new era. The store thread's alone.
/// </summary>
internal sealed class EraClock(QueueState state, BootClock clock, bool isEraStored)
{
    /// <summary>A smaller difference is the clock being disciplined, or the time between two readings of it.</summary>
    private const long StepMilliseconds = 500;

    private readonly List<EraEntry> _unstored = isEraStored ? [] : [state.Era];
    private bool _isCorrected;

    /// <summary>Whether the wall time is still a guess.</summary>
    public bool IsUnsure => !state.Era.Era.IsSynchronized;

    /// <summary>Something is to be written with the next rows; at once only where rows on disk depend on it.</summary>
    public bool HasCorrection => _isCorrected;

    /// <summary>Looks at the clock.</summary>
    public void Check()
    {
        var offset = clock.WallOffset;
        var isSynchronized = clock.IsSynchronized;
        var era = state.Era.Era;
        var hasStepped = Math.Abs(offset - era.WallOffset) > StepMilliseconds;
        if (!era.IsSynchronized)
        {
            if (isSynchronized || hasStepped)
            {
                state.Eras.Correct(era.BootId, offset, isSynchronized);
                _isCorrected = true;
            }
        }
        else if (hasStepped)
        {
            lock (state.Gate)
            {
                state.Era = new(state.Ring.Next, new(QueueFile.NewName(), clock.BootId, offset, isSynchronized));
            }

            state.Eras.Add(state.Era);
            _unstored.Add(state.Era);
        }
    }

    /// <summary>In a transaction.</summary>
    public void Write(Database database)
    {
        foreach (var entry in _unstored)
        {
            database.Eras.Insert(entry, clock.Milliseconds);
        }

        if (_isCorrected)
        {
            var era = state.Era.Era;
            database.Eras.Correct(era.BootId, era.WallOffset, era.IsSynchronized);
        }
    }

    /// <summary>The transaction succeeded.</summary>
    public void Written()
    {
        _unstored.Clear();
        _isCorrected = false;
    }

    /// <summary>The file is a new one.</summary>
    public void WriteAgain() => _unstored.Add(state.Era);
}
