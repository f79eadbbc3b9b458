using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>One random life: a step is something that an agent, a broker, an operator, a clock or a power supply does.</summary>
internal sealed class LimitedLife
{
    private const long MaxSize = 3 << 20;
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    private readonly Random _random;
    private readonly Dictionary<long, ModelMessage> _messages = [];
    private readonly Dictionary<long, ModelMessage> _inFlight = [];
    private readonly ToldLosses _told = new();
    private readonly bool _crashes;
    private bool _isConnected;
    private int _boots;
    private long _refusals;
    private long _retries;
    private long _drops;

    public LimitedLife(int seed, WhenFull whenFull)
    {
        _random = new(seed);
        _crashes = seed % 2 == 0;
        Rig = QueueRig.WithLossWindow(seed % 5 == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
        Rig.Config = Rig.Config with { MaxSize = MaxSize, MaxAge = MaxAge, WhenFull = whenFull };
        Rig.Open();
    }

    public QueueRig Rig { get; private set; }

    public int Step { get; private set; }

    private IEnumerable<ModelMessage> Waiting => _messages.Values.Where(static message => message.State == ModelState.Waiting);

    public async Task LiveAsync(int steps)
    {
        for (Step = 0; Step < steps; Step++)
        {
            Age();
            await StepAsync(_random.Next(100));
            Assert.Equal(_inFlight.Count, Rig.Queue.Snapshot().InFlight);
        }

        Age();
        await DrainAsync();
        Judge();
    }

    private Task StepAsync(int dice) => dice switch
    {
        < 28 => AppendAsync(_random.Next(1, 80)),
        < 40 when _isConnected => TakeAsync(_random.Next(1, 60)),
        < 50 when _isConnected => AcknowledgeAsync(),
        < 54 when _isConnected => LeaveAsync(),
        < 59 when _isConnected => RefuseAsync(),
        < 62 when _isConnected => TellAsync(),
        < 50 or (>= 62 and < 66) => ConnectOrDisconnectAsync(),
        < 76 => PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 3_000))),
        < 78 => PassAsync(TimeSpan.FromMinutes(_random.Next(1, 40))),
        < 81 => FlushAsync(),
        < 84 => JumpAsync(),
        < 86 => PurgeAsync(),
        < 90 => RetryLettersAsync(),
        < 92 => DropLettersAsync(),
        < 94 => RestartAsync(),
        < 96 when _crashes => CrashAsync(),
        _ => SettleAsync(),
    };

    private async Task AppendAsync(int count)
    {
        // Bursts of pictures are what fills the file.
        var burst = _random.Next(3) == 0 ? ModelSensors.Picture : null;
        for (var i = 0; i < count; i++)
        {
            var envelope = burst ?? ModelSensors.All[_random.Next(_random.Next(3) == 0 ? ModelSensors.All.Length : 2)];
            var value = (long)_messages.Count;
            var bootTime = ++Rig.Clock.Now;
            var result = await Rig.Queue.AppendAsync(envelope, bootTime, ModelSensors.Body(envelope, value, _random), default).AsTask().WaitAsync(QueueRig.Deadline);
            Assert.NotEqual(AppendResult.Closed, result);
            Assert.NotEqual(AppendResult.Undurable, result);
            _messages[value] = new(value, envelope, Rig.Clock.Boot, bootTime)
            {
                AcceptedAt = Rig.Time.GetUtcNow(),
                IsDurable = result == AppendResult.Accepted && Rig.Config.LossWindow == TimeSpan.Zero,
                State = result == AppendResult.Refused ? ModelState.Gone : ModelState.Waiting,
            };
        }
    }

    private Task TakeAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (Rig.Queue.TryTake(_random.Next(3) == 0 ? Lane.Live : Lane.Backlog, out var taken))
            {
                Taken(in taken);
            }
        }

        return Task.CompletedTask;
    }

    private void Taken(in QueuedMessage taken)
    {
        var message = _messages[ModelSensors.ValueOf(taken.Body)];
        Assert.True(message.State == ModelState.Waiting, $"{message.Value} came while it was {message.State}");
        Assert.True(_inFlight.TryAdd(taken.Sequence, message), $"{taken.Sequence} is in flight");
        Assert.Equal(message.Envelope.Topic, taken.Envelope.Topic);
        Assert.Equal(message.BootTime, taken.BootTime);
        Assert.True(message.Boot != Rig.Clock.Boot || Rig.Clock.Now - message.BootTime <= message.Limit(MaxAge).TotalMilliseconds, $"{message.Value} was too old");
        (message.State, message.Id) = (ModelState.InFlight, MessageId.Of(in taken));
        if (taken.Body.Kind == BodyKind.Fields)
        {
            Assert.Equal((WhenFull.Thin, MessagePriority.Normal), (Rig.Config.WhenFull, taken.Envelope.Priority));
            Assert.True(ModelSensors.Numbers(taken.Body) is [var mean, var minimum, var maximum, var last, >= 4] && minimum < mean && mean < maximum && maximum == last);
        }
    }

    private Task AcknowledgeAsync() => EndAsync(2, (sequence, message) =>
    {
        Rig.Queue.Acknowledge([sequence]);
        message.State = ModelState.Acknowledged;
    });

    private Task LeaveAsync() => EndAsync(8, (sequence, message) =>
    {
        Rig.Queue.Leave(sequence, TimeSpan.FromMilliseconds(_random.Next(2) * 700));
        message.State = ModelState.Waiting;
    });

    private Task RefuseAsync() => EndAsync(4, (sequence, message) =>
    {
        Rig.Queue.Quarantine(sequence, 0x99, "the model's wish");
        (message.State, message.IsLetter) = (ModelState.Dead, false);
        _refusals++;
    });

    private Task EndAsync(int oneOf, Action<long, ModelMessage> end)
    {
        foreach (var (sequence, message) in _inFlight.Where(_ => _random.Next(oneOf) == 0).ToArray())
        {
            _inFlight.Remove(sequence);
            end(sequence, message);
        }

        return Task.CompletedTask;
    }

    /// <summary>The reader of the ledger gets what there is of it; some of it twice.</summary>
    private Task TellAsync()
    {
        while (Rig.Queue.TryTake(Lane.Ledger, out var entry))
        {
            _told.Add(in entry);
            if (_random.Next(4) == 0)
            {
                Rig.Queue.Leave(entry.Sequence, TimeSpan.FromMilliseconds(500));
            }
            else
            {
                Rig.Queue.Acknowledge([entry.Sequence]);
            }
        }

        return Task.CompletedTask;
    }

    private async Task PassAsync(TimeSpan time)
    {
        Rig.Clock.Now += (long)time.TotalMilliseconds;
        Rig.Time.Advance(time);
        Age();
        await SettleAsync();
    }

    private void Age()
    {
        foreach (var message in _messages.Values.Where(static message => message.IsOpen))
        {
            message.MayExpire |= message.Boot != Rig.Clock.Boot || Rig.Clock.Now - message.BootTime > message.Limit(MaxAge).TotalMilliseconds;
        }
    }

    private async Task FlushAsync()
    {
        await Rig.FlushAsync();
        await SettleAsync();
        Assert.InRange(Rig.Queue.Snapshot().BytesOnDisk, 0, MaxSize + (MaxSize / 5));
        Assert.Equal(_messages.Values.Count(static message => message.State == ModelState.Dead || (message.IsLetter && message.IsOpen)), Rig.Queue.Snapshot().DeadLetters);
        Durable();
    }

    private void Durable()
    {
        foreach (var message in _messages.Values)
        {
            message.IsDurable = true;
        }
    }

    private Task SettleAsync() => Rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

    private Task ConnectOrDisconnectAsync()
    {
        if (_isConnected)
        {
            Rig.Queue.EndConnection();
            Interrupted();
        }
        else
        {
            Rig.Queue.BeginConnection();
            _isConnected = true;
        }

        return Task.CompletedTask;
    }

    private void Interrupted()
    {
        _isConnected = false;
        foreach (var message in _inFlight.Values)
        {
            message.State = ModelState.Waiting;
        }

        _inFlight.Clear();
    }

    /// <summary>The wall clock jumps by years, either way; the source that sets it comes and goes.</summary>
    private Task JumpAsync()
    {
        Rig.Clock.Offset += _random.NextInt64(-100L * 365 * 86_400_000, 100L * 365 * 86_400_000);
        Rig.Clock.Synchronized = _random.Next(3) > 0;
        return Task.CompletedTask;
    }

    private async Task PurgeAsync()
    {
        var envelope = ModelSensors.All[_random.Next(ModelSensors.All.Length)];
        var answer = await Rig.Queue.Operations.PurgeAsync(new(null, envelope.Topic), default).WaitAsync(QueueRig.Deadline);
        Assert.Null(answer.Problem);
        Assert.Equal(_inFlight.Values.Count(message => message.Envelope == envelope && !message.IsLetter), answer.Value!.InFlight);
        var purged = Waiting.Where(message => message.Envelope == envelope && !message.IsLetter).ToList();
        Assert.InRange(answer.Value.Purged, 0, purged.Count);
        purged.ForEach(static message => message.State = ModelState.Gone);
    }

    private async Task RetryLettersAsync()
    {
        var answer = await Rig.Queue.Operations.RetryDeadLettersAsync(null).WaitAsync(QueueRig.Deadline);
        var dead = _messages.Values.Where(static message => message.State == ModelState.Dead).ToList();
        Assert.Equal(dead.Count, answer.Value!.Done);
        dead.ForEach(static message => (message.State, message.IsLetter) = (ModelState.Waiting, true));
        _retries += dead.Count;
    }

    private async Task DropLettersAsync()
    {
        var answer = await Rig.Queue.Operations.DropDeadLettersAsync(null).WaitAsync(QueueRig.Deadline);
        var passed = answer.Value!.Passed.ToHashSet();
        var dropped = _messages.Values.Where(message => (message.State == ModelState.Dead || (message.IsLetter && message.IsOpen)) && !passed.Contains(message.Id)).ToList();
        Assert.Equal(dropped.Count, answer.Value.Done);
        dropped.ForEach(static message => message.State = ModelState.Dropped);
        _drops += dropped.Count;
    }

    private async Task RestartAsync()
    {
        await Rig.CloseAsync();
        Boot(Rig.Clock);
        Rig.Open();
        Interrupted();
        Durable();
        Age();
    }

    /// <summary>Half of the starts are another boot of the machine, with a clock that nobody has set yet.</summary>
    private void Boot(SetBootClock clock)
    {
        if (_random.Next(2) == 0)
        {
            (clock.Boot, clock.Now, clock.Synchronized) = ($"boot-{++_boots}", _random.Next(100_000), _random.Next(2) == 0);
        }
    }

    private async Task CrashAsync()
    {
        await SettleAsync();
        var crashed = Rig.Crashed();
        var kept = crashed.Bodies().Select(static body => ModelSensors.ValueOf(in body)).ToHashSet();
        var now = Rig.Time.GetUtcNow();
        (crashed.Clock.Boot, crashed.Clock.Now, crashed.Clock.Offset, crashed.Clock.Synchronized) = (Rig.Clock.Boot, Rig.Clock.Now, Rig.Clock.Offset, Rig.Clock.Synchronized);
        await Rig.DisposeAsync();
        Rig = crashed;
        Boot(Rig.Clock);
        Rig.Open();
        Interrupted();
        foreach (var message in _messages.Values.Where(static message => !message.IsLetter))
        {
            Crashed(message, kept.Contains(message.Value), isSettled: message.IsDurable || now - message.AcceptedAt > Rig.Config.LossWindow + TimeSpan.FromSeconds(1));
        }

        Age();
    }

    private static void Crashed(ModelMessage message, bool isKept, bool isSettled)
    {
        if (isKept)
        {
            Assert.True(message.IsOpen || message.State == ModelState.Acknowledged, $"{message.Value} is back, and was {message.State}");
            (message.State, message.IsDurable) = (ModelState.Waiting, true);
        }
        else if (message.IsOpen || message.State == ModelState.Gone)
        {
            message.State = isSettled ? ModelState.Gone : ModelState.Doubtful;
        }
    }

    /// <summary>Everything that is left goes to a patient broker, and then what the ledger still has.</summary>
    private async Task DrainAsync()
    {
        await Rig.FlushAsync();
        Rig.Queue.EndConnection();
        Interrupted();
        Rig.Queue.BeginConnection();
        for (var idle = 0; Rig.Queue.Snapshot().Depth > 0; idle++)
        {
            Assert.True(idle < 1_000, $"nothing comes of {Rig.Queue.Snapshot().Depth}");
            while (Rig.Queue.TryTake(Lane.Live, out var taken) || Rig.Queue.TryTake(Lane.Backlog, out taken))
            {
                Taken(in taken);
                await EndAsync(1, (sequence, message) =>
                {
                    Rig.Queue.Acknowledge([sequence]);
                    message.State = ModelState.Acknowledged;
                });
                idle = 0;
            }

            await SettleAsync();
        }

        Rig.Time.Advance(TimeSpan.FromMinutes(1));
        await SettleAsync();
        while (Rig.Queue.TryTake(Lane.Ledger, out var entry))
        {
            _told.Add(in entry);
            Rig.Queue.Acknowledge([entry.Sequence]);
        }
    }

    private void Judge()
    {
        foreach (var sensor in ModelSensors.All)
        {
            var all = _messages.Values.Where(message => message.Envelope == sensor).ToList();
            var missing = all.Count(static message => message.State is ModelState.Waiting or ModelState.Gone);
            var doubtful = all.Count(static message => message.State == ModelState.Doubtful);
            var told = _told.LostOf(sensor.Topic);
            Assert.True(told >= missing && told <= missing + doubtful, $"{told} of {sensor.Topic} are told as lost, {missing} are missing and {doubtful} may be");
            Assert.InRange(_told.Of("expired", sensor.Topic), 0, all.Count(static message => message.MayExpire));
            Assert.True(sensor.Offline == OfflinePolicy.KeepLatest || _told.Of("superseded", sensor.Topic) == 0, sensor.Topic);
            Assert.True(sensor.Offline == OfflinePolicy.Drop || _told.Of("dropped", sensor.Topic) == 0, sensor.Topic);
        }

        Assert.Equal((_refusals, _retries, _drops), (_told.Of("refused"), _told.Of("retried"), _told.Of("discarded")));
        Assert.Equal((0, 0), (_told.Of("evicted", ModelSensors.Alarm.Topic), _told.Of("thinned", ModelSensors.Alarm.Topic)));
        Assert.Equal((0, 0), (_told.Of("overrun"), _told.Of("unreadable")));
        Assert.True(Rig.Config.WhenFull == WhenFull.Thin || _told.Of("thinned") == 0);
        Assert.Equal(_messages.Values.Count(static message => message.State == ModelState.Dead), Rig.Queue.Snapshot().DeadLetters);
    }
}
