using System.Text;
using System.Threading.Channels;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>Keeps everything that a connection tells, for the test to await.</summary>
internal sealed class RecordingHandler : IMqttConnectionHandler
{
    private readonly Channel<PublishAcknowledgement> _acknowledged = Channel.CreateUnbounded<PublishAcknowledgement>();
    private readonly Channel<IncomingMessage> _messages = Channel.CreateUnbounded<IncomingMessage>();
    private readonly Channel<bool> _room = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource<MqttClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called within each call of <see cref="OnMessage"/>.</summary>
    public Action<IncomingMessage> Receiving { get; init; } = _ => { };

    /// <summary>Called within each call of <see cref="OnAcknowledged"/>, with the size of the batch.</summary>
    public Action<int> Acknowledging { get; init; } = _ => { };

    public async Task<PublishAcknowledgement> AcknowledgementAsync() => await Next(_acknowledged);

    public async Task<IncomingMessage> MessageAsync() => await Next(_messages);

    public async Task RoomAsync() => await Next(_room);

    public async Task<MqttClosed> ClosedAsync() => await _closed.Task.WaitAsync(ScriptedBroker.Patience);

    public bool HasAcknowledgement => _acknowledged.Reader.TryPeek(out _);

    public bool HasMessage => _messages.Reader.TryPeek(out _);

    public bool IsClosed => _closed.Task.IsCompleted;

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        Acknowledging(acknowledgements.Length);
        foreach (var acknowledgement in acknowledgements)
        {
            _acknowledged.Writer.TryWrite(acknowledgement);
        }
    }

    public void OnMessage(in ReceivedPublish message)
    {
        var copy = IncomingMessage.Copy(message);
        Receiving(copy);
        _messages.Writer.TryWrite(copy);
    }

    public void OnRoom() => _room.Writer.TryWrite(true);

    public void OnClosed(MqttClosed reason) => Assert.True(_closed.TrySetResult(reason), "OnClosed was called twice.");

    private static async Task<T> Next<T>(Channel<T> channel)
    {
        using var deadline = new CancellationTokenSource(ScriptedBroker.Patience);
        return await channel.Reader.ReadAsync(deadline.Token);
    }
}

/// <summary>A received publish, copied.</summary>
internal sealed record IncomingMessage(string Topic, string Payload, MqttQos Qos, ushort PacketId)
{
    public bool Retain { get; init; }

    public bool IsDuplicate { get; init; }

    public bool IsUtf8Payload { get; init; }

    public string ContentType { get; init; } = "";

    public string ResponseTopic { get; init; } = "";

    public string CorrelationData { get; init; } = "";

    public uint? MessageExpirySeconds { get; init; }

    public int SubscriptionIdentifier { get; init; }

    /// <summary>As name=value, joined by a comma.</summary>
    public string UserProperties { get; init; } = "";

    public static IncomingMessage Copy(in ReceivedPublish message)
    {
        var properties = new List<string>();
        foreach (var property in message.UserProperties)
        {
            properties.Add($"{Encoding.UTF8.GetString(property.Name)}={Encoding.UTF8.GetString(property.Value)}");
        }

        return new IncomingMessage(Encoding.UTF8.GetString(message.Topic), Encoding.UTF8.GetString(message.Payload), message.Qos, message.PacketId)
        {
            Retain = message.Retain,
            IsDuplicate = message.IsDuplicate,
            IsUtf8Payload = message.IsUtf8Payload,
            ContentType = Encoding.UTF8.GetString(message.ContentType),
            ResponseTopic = Encoding.UTF8.GetString(message.ResponseTopic),
            CorrelationData = Encoding.UTF8.GetString(message.CorrelationData),
            MessageExpirySeconds = message.MessageExpirySeconds,
            SubscriptionIdentifier = message.SubscriptionIdentifier,
            UserProperties = string.Join(',', properties),
        };
    }
}
