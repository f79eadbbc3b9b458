using EdgeAgent.Configuration;
using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>
/// One random life: a step is something that an agent, a broker, an operator, a clock or a power supply does. The model's knowledge is in
/// <see cref="LimitedWorld"/>; the agent's part, accepting and writing, is here.
/// </summary>
internal sealed class LimitedLife
{
    private const long MaxSize = 3 << 20;

    private readonly Random _random;
    private readonly LimitedWorld _world;
    private readonly LimitedBroker _broker;
    private readonly LimitedOperator _operator;
    private readonly LimitedMachine _machine;
    private readonly bool _crashes;

    public LimitedLife(int seed, WhenFull whenFull)
    {
        _random = new(seed);
        _crashes = seed % 2 == 0;
        var rig = QueueRig.WithLossWindow(seed % 5 == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
        rig.Config = rig.Config with { MaxSize = MaxSize, MaxAge = LimitedWorld.MaxAge, WhenFull = whenFull };
        _world = new(rig.Open(), _random);
        _broker = new(_world);
        _operator = new(_world);
        _machine = new(_world);
    }

    public QueueRig Rig => _world.Rig;

    public int Step { get; private set; }

    public async Task LiveAsync(int steps)
    {
        for (Step = 0; Step < steps; Step++)
        {
            _world.Age();
            await StepAsync(_random.Next(100));
            Assert.Equal(_world.InFlight.Count, Rig.Queue.Snapshot().InFlight);
        }

        _world.Age();
        await _broker.DrainAsync();
        _world.Judge();
    }

    private Task StepAsync(int dice) => dice switch
    {
        < 28 => AppendAsync(_random.Next(1, 80)),
        < 40 when _world.IsConnected => _broker.TakeAsync(_random.Next(1, 60)),
        < 50 when _world.IsConnected => _broker.AcknowledgeAsync(),
        < 54 when _world.IsConnected => _broker.LeaveAsync(),
        < 59 when _world.IsConnected => _broker.RefuseAsync(),
        < 62 when _world.IsConnected => _broker.TellAsync(),
        < 50 or (>= 62 and < 66) => _broker.ConnectOrDisconnectAsync(),
        < 76 => _machine.PassAsync(TimeSpan.FromMilliseconds(_random.Next(1, 3_000))),
        < 78 => _machine.PassAsync(TimeSpan.FromMinutes(_random.Next(1, 40))),
        < 81 => FlushAsync(),
        < 84 => _machine.JumpAsync(),
        < 86 => _operator.PurgeAsync(),
        < 90 => _operator.RetryLettersAsync(),
        < 92 => _operator.DropLettersAsync(),
        < 94 => _machine.RestartAsync(),
        < 96 when _crashes => _machine.CrashAsync(),
        _ => _world.SettleAsync(),
    };

    private async Task AppendAsync(int count)
    {
        // Bursts of pictures are what fills the file.
        var burst = _random.Next(3) == 0 ? ModelSensors.Picture : null;
        for (var i = 0; i < count; i++)
        {
            var envelope = burst ?? ModelSensors.All[_random.Next(_random.Next(3) == 0 ? ModelSensors.All.Length : 2)];
            var value = (long)_world.Messages.Count;
            var bootTime = ++Rig.Clock.Now;
            var result = await Rig.Queue.AppendAsync(envelope, bootTime, ModelSensors.Body(envelope, value, _random), default).AsTask().WaitAsync(QueueRig.Deadline);
            Assert.NotEqual(AppendResult.Closed, result);
            Assert.NotEqual(AppendResult.Undurable, result);
            _world.Messages[value] = new(value, envelope, Rig.Clock.Boot, bootTime)
            {
                AcceptedAt = Rig.Time.GetUtcNow(),
                IsDurable = result == AppendResult.Accepted && Rig.Config.LossWindow == TimeSpan.Zero,
                State = result == AppendResult.Refused ? ModelState.Gone : ModelState.Waiting,
            };
        }
    }

    private async Task FlushAsync()
    {
        await Rig.FlushAsync();
        await _world.SettleAsync();
        Assert.InRange(Rig.Queue.Snapshot().BytesOnDisk, 0, MaxSize + (MaxSize / 5));
        Assert.Equal((await _world.LettersAsync()).Count, Rig.Queue.Snapshot().DeadLetters);
        _world.Durable();
    }
}
