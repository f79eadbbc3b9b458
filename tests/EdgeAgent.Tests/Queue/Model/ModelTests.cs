using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>Random lives of a queue against a plain list of what must be true of it.</summary>
public sealed class ModelTests
{
    private const int Steps = 400;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12).Select(static i => i * 7919), Environment.TickCount];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nothing_is_lost_invented_or_delivered_twice_without_a_crash(int seed)
    {
        var life = new Life(seed);
        try
        {
            await life.LiveAsync(Steps);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}, step {life.Step}: {exception.Message}", exception);
        }
        finally
        {
            await life.Rig.DisposeAsync();
        }
    }

    private sealed class Life(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<long, Message> _messages = [];
        private readonly Dictionary<long, long> _inFlight = [];
        private readonly long[] _lastTaken = [-1, -1];
        private bool _isConnected;
        private long _next;

        public QueueRig Rig { get; private set; } = QueueRig.WithLossWindow(TimeSpan.FromMilliseconds(seed % 2 == 0 ? 1000 : 0)).Open();

        public int Step { get; private set; }

        public async Task LiveAsync(int steps)
        {
            for (Step = 0; Step < steps; Step++)
            {
                await StepAsync(_random.Next(100));
                Assert.Equal(_inFlight.Count, Rig.Queue.Snapshot().InFlight);
            }

            Disconnect();
            Connect();
            var delivered = (await Rig.DrainAsync()).ToHashSet();
            Assert.Empty(_messages.Values.Where(message => message is { IsAcknowledged: false, IsDurable: true }).Select(static message => message.Value).Except(delivered));
            Assert.Empty(delivered.Except(_messages.Keys));
            Assert.Equal(0, Rig.Queue.Snapshot().InFlight);
        }

        private async Task StepAsync(int dice)
        {
            switch (dice)
            {
                case < 35:
                    await AppendAsync(_random.Next(1, 40));
                    break;
                case < 55 when _isConnected:
                    Take(_random.Next(1, 60));
                    break;
                case < 75 when _isConnected:
                    Acknowledge();
                    break;
                case < 80 when _isConnected:
                    Leave();
                    break;
                case < 85:
                    Rig.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 3000)));
                    await Rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
                    break;
                case < 87:
                    await Rig.FlushAsync();
                    Durable();
                    break;
                case < 91:
                    if (_isConnected)
                    {
                        Disconnect();
                    }
                    else
                    {
                        Connect();
                    }

                    break;
                case < 93:
                    // A wrong clock moves nothing but the times.
                    Rig.Clock.Offset += _random.NextInt64(-100L * 365 * 86_400_000, 100L * 365 * 86_400_000);
                    break;
                case < 95:
                    await RestartAsync();
                    break;
                case < 97:
                    await CrashAsync();
                    break;
                default:
                    await Rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
                    break;
            }
        }

        private async Task AppendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var value = _next++;
                Assert.Equal(AppendResult.Accepted, await Rig.AppendAsync(value, _random.Next(5) == 0 ? Rig.Alarm : Rig.Boiler));
                _messages[value] = new(value) { AcceptedAt = Rig.Time.GetUtcNow(), IsDurable = Rig.Config.LossWindow == TimeSpan.Zero };
            }
        }

        private void Take(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var lane = _random.Next(3) == 0 ? Lane.Live : Lane.Backlog;
                if (!Rig.Queue.TryTake(lane, out var taken))
                {
                    continue;
                }

                var message = _messages[taken.Body.Bits];
                Assert.False(message.IsAcknowledged, $"{message.Value} was acknowledged");
                Assert.True(_inFlight.TryAdd(taken.Sequence, message.Value), $"{message.Value} is in flight");
                var priority = (int)taken.Envelope.Priority;
                if (lane == Lane.Backlog && !message.WasLeft)
                {
                    Assert.True(taken.Sequence > _lastTaken[priority], $"{taken.Sequence} came after {_lastTaken[priority]}");
                    _lastTaken[priority] = taken.Sequence;
                }
            }
        }

        private void Acknowledge()
        {
            var some = _inFlight.Where(_ => _random.Next(2) == 0).ToArray();
            Rig.Queue.Acknowledge([.. some.Select(static pair => pair.Key)]);
            foreach (var (sequence, value) in some)
            {
                _inFlight.Remove(sequence);
                _messages[value].IsAcknowledged = true;
            }
        }

        private void Leave()
        {
            foreach (var (sequence, value) in _inFlight.Where(_ => _random.Next(8) == 0).ToArray())
            {
                Rig.Queue.Leave(sequence, TimeSpan.FromMilliseconds(_random.Next(2) * 700));
                _inFlight.Remove(sequence);
                _messages[value].WasLeft = true;
            }
        }

        private void Connect()
        {
            Rig.Queue.BeginConnection();
            _isConnected = true;
            Array.Fill(_lastTaken, -1);
            foreach (var message in _messages.Values)
            {
                message.WasLeft = false;
            }
        }

        private void Disconnect()
        {
            Rig.Queue.EndConnection();
            _isConnected = false;
            _inFlight.Clear();
        }

        private async Task RestartAsync()
        {
            await Rig.ReopenAsync();
            _isConnected = false;
            _inFlight.Clear();
            Durable();
            Assert.Equal(_messages.Values.Count(static message => !message.IsAcknowledged), Rig.Queue.Snapshot().Depth);
        }

        private async Task CrashAsync()
        {
            await Rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);
            var kept = Rig.Values().ToHashSet();
            var now = Rig.Time.GetUtcNow();
            var crashed = Rig.Crashed();
            crashed.Clock.Now = Rig.Clock.Now;
            await Rig.DisposeAsync();
            Rig = crashed.Open();
            _isConnected = false;
            _inFlight.Clear();
            foreach (var message in _messages.Values.ToArray())
            {
                if (kept.Contains(message.Value))
                {
                    // Also what was acknowledged within the last removal interval.
                    (message.IsAcknowledged, message.IsDurable) = (false, true);
                }
                else if (!message.IsAcknowledged)
                {
                    Assert.False(message.IsDurable, $"{message.Value} was durable");
                    Assert.True(Rig.Config.LossWindow > now - message.AcceptedAt, $"{message.Value} was older than the loss window");
                    _messages.Remove(message.Value);
                }
            }
        }

        private void Durable()
        {
            foreach (var message in _messages.Values)
            {
                message.IsDurable = true;
            }
        }

        private sealed class Message(long value)
        {
            public long Value { get; } = value;

            public bool IsDurable { get; set; }

            public bool IsAcknowledged { get; set; }

            public DateTimeOffset AcceptedAt { get; init; }

            public bool WasLeft { get; set; }
        }
    }
}
