using EdgeAgent.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>What the store works with. The store thread's alone.</summary>
internal sealed class StoreParts : IDisposable
{
    private readonly QueueState _state;
    private readonly StoreFile _file;
    private readonly BootClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private Queue<PendingSalvage> _salvages;
    private int _damages;

    public StoreParts(QueueState state, StoreFile file, StoredState stored, BootClock clock, TimeProvider time, ILogger log)
    {
        (_state, _file, _clock, _time, _log) = (state, file, clock, time, log);
        var lookup = new RowLookup(state, file);
        Eras = new(state, clock, stored.IsEraStored);
        Limits = new(state, file, lookup);
        Ballast = new(file.Path);
        Upkeep = new(state, file, Limits, lookup);
        Work = new(state, file, Eras, Limits, Upkeep);
        Reading = new(state, file, lookup);
        Inspection = new(state, file);
        DeadLetters = new(state, file, Inspection);
        Shrinking = new(file);
        _salvages = new(stored.Salvages);
        NextSalvage();
    }

    public EraClock Eras { get; }

    public Limits Limits { get; }

    public Ballast Ballast { get; }

    public StoreUpkeep Upkeep { get; }

    public StoreWork Work { get; }

    public StoreReading Reading { get; }

    public StoreInspection Inspection { get; }

    public DeadLetterLimit DeadLetters { get; }

    public Shrinking Shrinking { get; }

    /// <summary>What is still to be read from a damaged file; null: nothing.</summary>
    public Salvage? Salvage { get; private set; }

    public Ages Ages() => Queue.Ages.Of(_clock, _state.Limits.Present.MaxAge);

    /// <exception cref="StoreException">It cannot be opened yet.</exception>
    public void EnsureOpen()
    {
        if (_damages < 2)
        {
            _file.EnsureOpen();
            return;
        }

        // Damaged, reopened, and damaged still: this is the file, not the moment.
        Salvage?.Dispose();
        Salvage = null;
        long below;
        lock (_state.Gate)
        {
            below = _state.Ring.Next;
        }

        var aside = _file.Replace(_time, below);
        _damages = 0;
        _log.MovedAside(_file.Path, aside);
        lock (_state.Gate)
        {
            _state.WriteAgain();
        }

        Eras.WriteAgain();
        _salvages = new(ListedSalvages());
        NextSalvage();
    }

    /// <summary>To be called when what the present salvage tells in the ledger is written.</summary>
    /// <exception cref="StoreException">The list of what is to be salvaged cannot be changed.</exception>
    public void EndSalvage()
    {
        OnList(list => list.Remove(Salvage!.Path));
        Salvage!.Dispose();
        NextSalvage();
    }

    private void NextSalvage()
    {
        Salvage = _salvages.TryDequeue(out var pending) ? new(pending, _file, _state, _log) : null;
        Upkeep.IsSalvaging = Salvage is not null;
    }

    private IReadOnlyList<PendingSalvage> ListedSalvages()
    {
        IReadOnlyList<PendingSalvage> listed = [];
        OnList(list => listed = list.Read());
        return listed;
    }

    private void OnList(Action<SalvageList> work)
    {
        try
        {
            work(new SalvageList(_file.Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(SQLitePCL.raw.SQLITE_IOERR, exception.Message);
        }
    }

    /// <summary>The file failed: it is opened again before it is used.</summary>
    public void Close(StoreException failure)
    {
        _damages = failure.IsDamage ? _damages + 1 : 0;
        _file.Close();
    }

    public void Dispose()
    {
        Salvage?.Dispose();
        _file.Close();
    }
}
