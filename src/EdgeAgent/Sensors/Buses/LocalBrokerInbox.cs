using System.Text;
using System.Threading.Channels;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Sensors.Buses;

/// <summary>A message that a local broker sent.</summary>
/// <param name="PacketId">To be acknowledged once it is safe; 0 where nothing is expected.</param>
/// <param name="BootTime">When it came: milliseconds since boot.</param>
/// <param name="Topic">Where it was published.</param>
/// <param name="Payload">Its bytes.</param>
/// <param name="ContentType">MIME type where the publisher gave one.</param>
/// <param name="IsRetained">It had been there before.</param>
internal readonly record struct LocalMessage(
    ushort PacketId, long BootTime, string Topic, ReadOnlyMemory<byte> Payload, string? ContentType, bool IsRetained);

/// <summary>
/// What has come from a local broker and waits to be taken: as many messages with QoS 1 as the broker may send before it is
/// acknowledged, and some without, of which the ones too many are counted and lost, as QoS 0 allows.
/// </summary>
internal sealed class LocalBrokerInbox(Func<long> bootTime) : IMqttConnectionHandler
{
    private const int UnacknowledgedLimit = 1000;

    private readonly Channel<LocalMessage> _messages = Channel.CreateUnbounded<LocalMessage>(new() { SingleReader = true, SingleWriter = true });

    private long _lost;

    public ChannelReader<LocalMessage> Messages => _messages.Reader;

    /// <summary>Messages of QoS 0 that there was no room for.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Why the connection ended; null while it stands.</summary>
    public MqttClosed? Closed { get; private set; }

    public void OnMessage(in ReceivedPublish message)
    {
        if (message.PacketId == 0 && _messages.Reader.Count >= UnacknowledgedLimit)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        _messages.Writer.TryWrite(new(
            message.PacketId,
            bootTime(),
            Encoding.UTF8.GetString(message.Topic),
            message.Payload.ToArray(),
            message.ContentType.IsEmpty ? null : Encoding.UTF8.GetString(message.ContentType),
            message.Retain));
    }

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        // Nothing is published here.
    }

    public void OnRoom()
    {
        // Nothing is published here.
    }

    public void OnClosed(MqttClosed reason)
    {
        Closed = reason;
        _messages.Writer.Complete();
    }
}
