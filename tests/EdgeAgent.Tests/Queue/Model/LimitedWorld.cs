using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>The queue of one life, and what the model knows of it: every message ever offered, and what the ledger has told.</summary>
internal sealed class LimitedWorld(QueueRig rig, Random random)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    public QueueRig Rig { get; set; } = rig;

    public Random Random { get; } = random;

    /// <summary>By the value that each carries.</summary>
    public Dictionary<long, ModelMessage> Messages { get; } = [];

    /// <summary>By number.</summary>
    public Dictionary<long, ModelMessage> InFlight { get; } = [];

    public ToldLosses Told { get; } = new();

    public bool IsConnected { get; set; }

    /// <summary>How often a message was called refused.</summary>
    public long Refusals { get; set; }

    /// <summary>How often a dead letter was put back.</summary>
    public long Retries { get; set; }

    /// <summary>How many dead letters were given up.</summary>
    public long Drops { get; set; }

    public Task SettleAsync() => Rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

    /// <summary>Time has passed: notes what may be too old by now.</summary>
    public void Age()
    {
        foreach (var message in Messages.Values.Where(static message => message.IsOpen))
        {
            message.MayExpire |= message.Boot != Rig.Clock.Boot || Rig.Clock.Now - message.BootTime > message.Limit(MaxAge).TotalMilliseconds;
        }
    }

    /// <summary>Everything is on disk.</summary>
    public void Durable()
    {
        foreach (var message in Messages.Values)
        {
            message.IsDurable = true;
        }
    }

    /// <summary>
    /// The dead letters that the queue has, those that were put back among them. One of these that the model knows and the queue does not have
    /// any more has come to be too old on its way.
    /// </summary>
    public async Task<List<ModelMessage>> LettersAsync()
    {
        var kept = new HashSet<MessageId>();
        for (long? from = 0; from is { } next;)
        {
            var page = (await Rig.Queue.Operations.ListDeadLettersAsync(next, FilePages.MostRows).WaitAsync(QueueRig.Deadline)).Value!;
            kept.UnionWith(page.Letters.Select(static letter => letter.Row.Id));
            from = page.Next;
        }

        var (found, gone) = (new List<ModelMessage>(), new List<ModelMessage>());
        foreach (var message in Messages.Values.Where(static message => message.State == ModelState.Dead || (message.IsLetter && message.IsOpen)))
        {
            (kept.Remove(message.Id) ? found : gone).Add(message);
        }

        Assert.True(kept.Count == 0, $"the model knows no dead letters {string.Join(' ', kept)}, but {string.Join(' ', gone.Select(static message => message.Id))}");
        Assert.All(gone, static message => Assert.True(message is { State: ModelState.Waiting, MayExpire: true }, $"{message.Value} is no dead letter any more"));
        return found;
    }

    /// <summary>The connection is gone: what was in flight waits again.</summary>
    public void Interrupted()
    {
        IsConnected = false;
        foreach (var message in InFlight.Values)
        {
            message.State = ModelState.Waiting;
        }

        InFlight.Clear();
    }

    /// <summary>The end of a life, with everything drained: what is missing was told, by its reason, and nothing else was.</summary>
    public void Judge()
    {
        foreach (var sensor in ModelSensors.All)
        {
            var all = Messages.Values.Where(message => message.Envelope == sensor).ToList();
            var missing = all.Count(static message => message.State is ModelState.Waiting or ModelState.Gone);
            var doubtful = all.Count(static message => message.State == ModelState.Doubtful);
            var told = Told.LostOf(sensor.Topic);
            Assert.True(told >= missing && told <= missing + doubtful, $"{told} of {sensor.Topic} are told as lost, {missing} are missing and {doubtful} may be");
            Assert.InRange(Told.Of("expired", sensor.Topic), 0, all.Count(static message => message.MayExpire));
            Assert.True(sensor.Offline == OfflinePolicy.KeepLatest || Told.Of("superseded", sensor.Topic) == 0, sensor.Topic);
            Assert.True(sensor.Offline == OfflinePolicy.Drop || Told.Of("dropped", sensor.Topic) == 0, sensor.Topic);
        }

        Assert.Equal((Refusals, Retries, Drops), (Told.Of("refused"), Told.Of("retried"), Told.Of("discarded")));
        Assert.Equal((0, 0), (Told.Of("evicted", ModelSensors.Alarm.Topic), Told.Of("thinned", ModelSensors.Alarm.Topic)));
        Assert.Equal((0, 0), (Told.Of("overrun"), Told.Of("unreadable")));
        Assert.True(Rig.Config.WhenFull == WhenFull.Thin || Told.Of("thinned") == 0);
        Assert.Equal(Messages.Values.Count(static message => message.State == ModelState.Dead), Rig.Queue.Snapshot().DeadLetters);
    }
}
