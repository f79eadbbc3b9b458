using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;

namespace EdgeAgent.Queue;

/// <summary>
/// The queue's door for the readings of one sensor: puts each into the envelope of its set of fields, and appends it. Thread-safe;
/// a set of fields seen before costs no new envelope.
/// </summary>
/// <param name="queue">Where readings go.</param>
/// <param name="gateway">The gateway's name.</param>
/// <param name="config">The sensor's settings, which the envelopes are made of.</param>
internal sealed class ReadingIntake(MessageQueue queue, string gateway, SensorConfig config) : IReadingSink
{
    private readonly SensorEnvelopes _envelopes = new(gateway, config);

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(
        string sensor, long bootTime, ImmutableArray<NamedValue> values, CancellationToken cancellationToken)
    {
        var envelope = _envelopes.For(values);
        _ = await queue.AppendAsync(envelope, bootTime, Body(values), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(string sensor, long bootTime, ForwardedMessage message, CancellationToken cancellationToken)
    {
        var envelope = _envelopes.For(message);
        _ = await queue.AppendAsync(envelope, bootTime, MessageBody.OfBytes(message.Payload), cancellationToken);
    }

    private static MessageBody Body(ImmutableArray<NamedValue> values)
    {
        if (values.Length == 1)
        {
            return MessageBody.Of([values[0].Value]);
        }

        var bare = new Value[values.Length];
        for (var i = 0; i < bare.Length; i++)
        {
            bare[i] = values[i].Value;
        }

        return MessageBody.Of(bare);
    }

    /// <summary>The envelopes of one sensor. A script may print other fields every time, so only the latest few are remembered.</summary>
    private sealed class SensorEnvelopes(string gateway, SensorConfig sensor)
    {
        private const int Remembered = 16;

        private ImmutableList<Envelope> _known = [];

        public Envelope For(ImmutableArray<NamedValue> values)
        {
            foreach (var known in _known)
            {
                if (Fits(known, values))
                {
                    return known;
                }
            }

            var made = Make(values);
            _ = ImmutableInterlocked.Update(ref _known, static (list, item) => list.Insert(0, item).Take(Remembered).ToImmutableList(), made);
            return made;
        }

        /// <summary>Never remembered: there may be as many topics as devices, and the queue joins equal envelopes.</summary>
        public Envelope For(ForwardedMessage message) => Make([]) with { Topic = message.Topic, HistoryTopic = null, ContentType = message.ContentType };

        private static bool Fits(Envelope envelope, ImmutableArray<NamedValue> values)
        {
            if (envelope.Fields.Length != values.Length)
            {
                return false;
            }

            for (var i = 0; i < values.Length; i++)
            {
                if (envelope.Fields[i].Name != values[i].Name || envelope.Fields[i].Unit != values[i].Unit)
                {
                    return false;
                }
            }

            return true;
        }

        private Envelope Make(ImmutableArray<NamedValue> values) => new()
        {
            Sensor = sensor.Id,
            Gateway = gateway,
            Topic = sensor.Topic,
            HistoryTopic = sensor.HistoryTopic,
            Format = sensor.Format,
            JsonNames = sensor.JsonNames,
            Fields = [.. values.Select(value => new Field(value.Name, value.Unit))],
            Retain = sensor.Retain,
            Expiry = sensor.Expiry,
            Priority = sensor.Priority,
            Offline = sensor.Offline,
        };
    }
}
