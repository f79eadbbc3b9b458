using System.Globalization;
using System.Text;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>The broker ends and comes back in the middle of many publishes.</summary>
public sealed class MosquittoRestartTests
{
    private const int Count = 100_000;
    private const int Restarts = 3;

    [SkippableFact]
    public async Task Nothing_is_lost_over_restarts_and_only_what_was_in_flight_comes_twice()
    {
        await using var broker = await Mosquitto.StartAsync(
            "allow_anonymous true\npersistence true\npersistence_location {folder}/\nmax_queued_messages 0\nmax_inflight_messages 500");
        var options = Some.Options(broker.Port) with { CleanStart = false, SessionExpiry = TimeSpan.FromHours(1) };
        var subscriber = new Subscriber(new MqttClient(options with { ClientId = "subscriber", ReceiveMaximum = 1000 }));
        var publisher = new Publisher(new MqttClient(options with { ClientId = "publisher" }));
        await subscriber.ConnectAsync();
        Assert.True((await subscriber.Connection!.SubscribeAsync([new("t")])).IsSuccess);
        await publisher.ConnectAsync();

        for (var restart = 1; restart <= Restarts; restart++)
        {
            await publisher.ReachedAsync(restart * Count / (Restarts + 1));
            await broker.StopAsync();
            await publisher.ClosedAsync();
            await subscriber.ClosedAsync();
            await broker.StartAsync();
            await subscriber.ConnectAsync();
            await publisher.ConnectAsync();
        }

        await publisher.ReachedAsync(Count);
        await subscriber.AllAsync();
        Assert.Equal(Enumerable.Repeat(1, Count), publisher.Acknowledged);
        Assert.Empty(subscriber.Twice.Except(publisher.WereInFlight));
        await publisher.Connection!.DisconnectAsync();
        await subscriber.Connection!.DisconnectAsync();
    }

    private abstract class Endpoint(MqttClient client) : IMqttConnectionHandler
    {
        private TaskCompletionSource<MqttClosed> _closed = new();

        public MqttConnection? Connection { get; private set; }

        public async Task ConnectAsync()
        {
            _closed = new TaskCompletionSource<MqttClosed>(TaskCreationOptions.RunContinuationsAsynchronously);
            var outcome = await client.ConnectAsync(this);
            Assert.True(outcome.IsConnected, outcome.Failure?.Message);
            Connection = outcome.Connection;
        }

        public async Task<MqttClosed> ClosedAsync()
        {
            var closed = await _closed.Task.WaitAsync(ScriptedBroker.Patience);
            await Connection!.Completion;
            return closed;
        }

        public virtual void OnConnected(MqttConnection connection)
        {
        }

        public virtual void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
        {
        }

        public virtual void OnMessage(in ReceivedPublish message)
        {
        }

        public virtual void OnRoom()
        {
        }

        public virtual void OnClosed(MqttClosed reason) => _closed.SetResult(reason);
    }

    private sealed class Publisher(MqttClient client) : Endpoint(client)
    {
        private readonly Lock _gate = new();
        private readonly HashSet<int> _inFlight = [];
        private MqttConnection? _connection;
        private int _next;
        private int _done;
        private int _goal = int.MaxValue;
        private TaskCompletionSource _reached = new();

        public int[] Acknowledged { get; } = new int[Count];

        public HashSet<int> WereInFlight { get; } = [];

        public Task ReachedAsync(int done)
        {
            lock (_gate)
            {
                _goal = done;
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Check();
                return _reached.Task.WaitAsync(2 * ScriptedBroker.Patience);
            }
        }

        public override void OnConnected(MqttConnection connection)
        {
            lock (_gate)
            {
                _connection = connection;
                Pump();
            }
        }

        public override void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
        {
            lock (_gate)
            {
                foreach (var acknowledgement in acknowledgements)
                {
                    Acknowledged[acknowledgement.Token]++;
                    _inFlight.Remove((int)acknowledgement.Token);
                    _done++;
                }

                Check();
                Pump();
            }
        }

        public override void OnRoom()
        {
            lock (_gate)
            {
                Pump();
            }
        }

        public override void OnClosed(MqttClosed reason)
        {
            lock (_gate)
            {
                WereInFlight.UnionWith(_inFlight);
                _connection = null;
            }

            base.OnClosed(reason);
        }

        private void Check()
        {
            if (_done >= _goal)
            {
                _reached.TrySetResult();
            }
        }

        private void Pump()
        {
            while (_connection is not null && _next < Count && _inFlight.Count < 1000 && _connection.Publish("t", $"{_next}", _next) == PublishStatus.Sent)
            {
                _inFlight.Add(_next++);
            }
        }
    }

    private sealed class Subscriber(MqttClient client) : Endpoint(client)
    {
        private readonly HashSet<int> _seen = [];
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private MqttConnection? _connection;

        /// <summary>Seen before, and not marked by the broker as delivered again.</summary>
        public List<int> Twice { get; } = [];

        public Task AllAsync() => _all.Task.WaitAsync(2 * ScriptedBroker.Patience);

        public override void OnConnected(MqttConnection connection) => _connection = connection;

        public override void OnMessage(in ReceivedPublish message)
        {
            var number = int.Parse(Encoding.UTF8.GetString(message.Payload), CultureInfo.InvariantCulture);
            if (!_seen.Add(number) && !message.IsDuplicate)
            {
                Twice.Add(number);
            }

            _connection!.Acknowledge(message.PacketId);
            if (_seen.Count == Count)
            {
                _all.TrySetResult();
            }
        }
    }
}
