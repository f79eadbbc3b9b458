using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Delivery.HomeAssistant;

/// <summary>
/// Announces the gateway to Home Assistant over the present connection: when its values are known, when there are new ones, and when
/// Home Assistant has started again. What is to be taken back it learns from the retained announcement at the broker, which is all
/// that Home Assistant knows. One connection at a time; <see cref="OnMessage"/> comes from the connection's receive loop.
/// </summary>
internal sealed class Announcer(HomeAssistantConfig config, DiscoveryDocument document, DiscoveredFields fields, TimeProvider time, ILogger log)
{
    /// <summary>How long the retained announcement may take to come; there may be none.</summary>
    private static readonly TimeSpan RetainedWithin = TimeSpan.FromSeconds(2);

    /// <summary>Sensors are first read at about one time, so their values go into one announcement.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    /// <summary>Home Assistant's own advice: not every device at the moment of its start.</summary>
    private static readonly TimeSpan LongestBirthDelay = TimeSpan.FromSeconds(5);

    private readonly Signal _signal = new();
    private readonly string _birthTopic = $"{config.Prefix}/status";
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, string> _announced = ImmutableSortedDictionary<string, string>.Empty;
    private bool _isAnnouncedKnown;
    private bool _isBorn;

    // Over all connections: what the log was told, which a connection that comes again does not change.
    private byte[]? _logged;
    private bool _isUnheardLogged;

    /// <summary>Where the announcement goes.</summary>
    public string Topic { get; } = $"{config.Prefix}/device/{document.DeviceId}/config";

    /// <summary>Announces until the connection is over.</summary>
    public async Task RunAsync(MqttConnection connection, CancellationToken end)
    {
        lock (_lock)
        {
            (_isAnnouncedKnown, _isBorn) = (false, false);
        }

        fields.Changed = _signal.Set;
        await using var registration = end.Register(_signal.Set);
        await using var timer = time.CreateTimer(_ => KnowAnnounced(ImmutableSortedDictionary<string, string>.Empty), null, RetainedWithin, Timeout.InfiniteTimeSpan);
        try
        {
            var subscribed = await connection.SubscribeAsync(
                [new(Topic) { MaximumQos = MqttQos.AtMostOnce, NoLocal = true }, new(_birthTopic) { MaximumQos = MqttQos.AtMostOnce }], end);
            if (!subscribed.IsSuccess && !_isUnheardLogged)
            {
                _isUnheardLogged = true;
                Log.HomeAssistantNotHeard(log, Topic, _birthTopic);
            }

            await AnnounceAsync(connection, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The connection is over.
        }
        finally
        {
            fields.Changed = null;
        }
    }

    /// <summary>A message of the uplink's subscriptions.</summary>
    public void OnMessage(in ReceivedPublish message)
    {
        var topic = Encoding.UTF8.GetString(message.Topic);
        if (topic == Topic && message.Retain)
        {
            KnowAnnounced(DiscoveryDocument.Read(message.Payload.ToArray()));
        }
        else if (topic == _birthTopic && message.Payload.SequenceEqual("online"u8) && !message.Retain)
        {
            lock (_lock)
            {
                _isBorn = true;
            }

            _signal.Set();
        }
    }

    private async Task AnnounceAsync(MqttConnection connection, CancellationToken end)
    {
        byte[]? latest = null;
        while (!end.IsCancellationRequested)
        {
            await _signal.WaitAsync();
            var isBirth = TakeBirth();
            await Task.Delay(isBirth ? LongestBirthDelay * Random.Shared.NextDouble() : Gathering, time, end);
            if (Decide(out var withRemovals) is not { } wanted)
            {
                continue;
            }

            var message = document.Write(wanted);
            if (!isBirth && latest is not null && message.AsSpan().SequenceEqual(latest))
            {
                continue;
            }

            // A component goes in two steps: said to be removed, then left out.
            var isSent = (withRemovals is null || Publish(connection, document.Write(withRemovals))) && Publish(connection, message);
            if (!isSent)
            {
                _signal.Set();
                continue;
            }

            lock (_lock)
            {
                _announced = wanted;
            }

            latest = message;
            if (_logged is null || !message.AsSpan().SequenceEqual(_logged))
            {
                _logged = message;
                Log.AnnouncedToHomeAssistant(log, wanted.Count, Topic);
            }
        }
    }

    /// <summary>What is to be announced; null: it is not known yet, or there is nothing and was nothing.</summary>
    private ImmutableSortedDictionary<string, string>? Decide(out ImmutableSortedDictionary<string, string>? withRemovals)
    {
        withRemovals = null;
        lock (_lock)
        {
            if (!_isAnnouncedKnown)
            {
                return null;
            }

            var wanted = document.Components(fields.Snapshot);

            // A sensor that has not been read yet in this run keeps what it had.
            var missing = _announced.Where(component => !wanted.ContainsKey(component.Key)).ToArray();
            wanted = wanted.AddRange(missing.Where(component => document.IsConfigured(component.Value)));
            var removed = missing.Where(component => !document.IsConfigured(component.Value)).ToArray();
            if (removed.Length > 0)
            {
                withRemovals = wanted.AddRange(removed.Select(component => KeyValuePair.Create(component.Key, DiscoveryDocument.Removed(component.Value))));
            }

            return wanted.IsEmpty && _announced.IsEmpty ? null : wanted;
        }
    }

    private bool Publish(MqttConnection connection, byte[] message) => connection.TryPublish(
        new MqttPublish
        {
            Topic = Encoding.UTF8.GetBytes(Topic),
            Payload = message,
            Qos = MqttQos.AtLeastOnce,
            Retain = connection.Connack.RetainAvailable,
            IsUtf8Payload = true,
            ContentType = "application/json"u8,
        },
        PublishToken.Own.Bits) == PublishStatus.Sent;

    private bool TakeBirth()
    {
        lock (_lock)
        {
            var isBorn = _isBorn;
            _isBorn = false;
            return isBorn;
        }
    }

    private void KnowAnnounced(ImmutableSortedDictionary<string, string> announced)
    {
        lock (_lock)
        {
            if (_isAnnouncedKnown)
            {
                return;
            }

            (_isAnnouncedKnown, _announced) = (true, announced);
        }

        _signal.Set();
    }
}
