using EdgeAgent.Configuration;

namespace EdgeAgent.Queue;

/// <summary>What is in flight, and which message goes next. Under the queue's lock.</summary>
internal sealed class Lanes
{
    private readonly QueueState _state;
    private readonly BacklogLane _backlog;

    public Lanes(QueueState state)
    {
        _state = state;
        Live = new(state);
        Letters = new(state);
        _backlog = new(state, this);
    }

    public LiveLane Live { get; }

    /// <summary>Dead letters that are in the queue again.</summary>
    public LetterLane Letters { get; }

    public Retries Retries { get; } = new();

    public Parking Parking { get; } = new();

    public bool IsConnected { get; private set; }

    /// <summary>A take came back empty, so the drainer wants to be told when there is something.</summary>
    public bool IsHungry { get; set; }

    /// <summary>A take found that the store should read, and has to wake it.</summary>
    public bool WantsReading { get; set; }

    public int InFlight => _state.Classes[0].InFlight + _state.Classes[1].InFlight + _state.Ledger.InFlight + Letters.InFlight;

    /// <summary>When something may be offered that could not be before; <see cref="long.MaxValue"/>: nothing waits for a time.</summary>
    public long NextDue => IsConnected ? Math.Min(Math.Min(Retries.NextDue, Letters.NextDue), _state.Ledger.NextDue) : long.MaxValue;

    public void Begin(DeliveryOrder order)
    {
        IsConnected = true;
        Live.Begin(order);
    }

    public void End()
    {
        IsConnected = false;
        Live.End();
        Letters.Release();
        _state.Ledger.Release();
        foreach (var owner in _state.Classes)
        {
            owner.Release(Math.Min(Retries.Lowest(owner), Parking.Lowest(owner)));
        }

        Retries.Clear();
        Parking.Clear();
        for (var sequence = _state.Ring.First; sequence < _state.Ring.Next; sequence++)
        {
            _state.Ring[sequence].State &= ~SlotState.InFlight;
        }
    }

    public bool TryTake(Lane lane, long now, out QueuedMessage message)
    {
        message = default;
        var isTaken = IsConnected && lane switch
        {
            Lane.Ledger => _state.Ledger.TryTake(out message),
            Lane.Live => Live.TryTake(now, out message),
            _ => _backlog.TryTake(now, out message),
        };
        WantsReading |= Retries.WantsReading || Letters.WantsReading;
        IsHungry |= !isTaken;
        return isTaken;
    }

    /// <summary>Takes a message out of what is in flight. False: acknowledged twice, or after the connection ended.</summary>
    public bool TryEnd(long sequence, out PriorityClass owner, out InFlight message)
    {
        owner = _state.Classes[0];
        if (owner.TryEnd(sequence, out message))
        {
            return true;
        }

        owner = _state.Classes[1];
        return owner.TryEnd(sequence, out message);
    }

    /// <summary>It waits again, until <paramref name="due"/>.</summary>
    public void Leave(long sequence, long due)
    {
        if (TryEnd(sequence, out var owner, out var message))
        {
            Unmark(sequence);
            Retries.Add(new(owner, sequence) { IsProbe = message.IsProbe }, due);
        }
        else
        {
            Letters.Leave(sequence, due);
        }
    }

    /// <summary>It waits again to probe its topic, which is offered no more until the probe succeeds.</summary>
    public void Park(long sequence, long due)
    {
        if (!TryEnd(sequence, out var owner, out var message))
        {
            Letters.Leave(sequence, due);
            return;
        }

        Unmark(sequence);
        var topic = message.Envelope.Envelope.Topic;
        if (Parking.TryAdd(topic) || message.IsProbe)
        {
            Retries.Add(new(owner, sequence) { IsProbe = true }, due);
        }
        else
        {
            Parking.PassOver(topic, owner, sequence);
        }
    }

    /// <summary>Whether the store should read: the front chunk has no successor though there may be more rows.</summary>
    public bool NeedsReading()
    {
        WantsReading = false;
        return IsConnected && (Retries.WantsReading || Letters.WantsReading || NeedsReading(_state.Classes[0]) || NeedsReading(_state.Classes[1]));
    }

    public bool NeedsReading(PriorityClass owner)
    {
        var from = owner.Ahead.CoversTo(owner.Cursor);
        return IsConnected && owner.Ahead.WantsFill && from <= owner.LastOnDisk && from < _state.Ring.First;
    }

    public static QueuedMessage TakeSlot(long sequence, ref Slot slot, Lane lane)
    {
        slot.State |= SlotState.InFlight;
        return new(sequence, slot.Era.Era, slot.Envelope.Envelope, slot.BootTime, slot.Body, lane);
    }

    private void Unmark(long sequence)
    {
        if (_state.Ring.Contains(sequence))
        {
            _state.Ring[sequence].State &= ~SlotState.InFlight;
        }
    }
}
