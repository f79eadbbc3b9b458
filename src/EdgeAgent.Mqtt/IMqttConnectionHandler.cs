namespace EdgeAgent.Mqtt;

/// <summary>
/// What a connection tells its owner. The calls come one after another, never two at once, and the connection waits for them, so an
/// implementation must return quickly and must not throw; an exception closes the connection. It may call the connection's methods.
/// </summary>
public interface IMqttConnectionHandler
{
    /// <summary>
    /// The connection is there: called once, and first. Messages of a kept session may follow before
    /// <see cref="MqttClient.ConnectAsync(IMqttConnectionHandler, CancellationToken)"/> has returned. Does nothing unless implemented.
    /// </summary>
    /// <param name="connection">The same that the outcome of connecting holds.</param>
    void OnConnected(MqttConnection connection)
    {
    }

    /// <summary>The broker answered publishes, in the order of its answers; one call per read from the socket.</summary>
    /// <param name="acknowledgements">Valid during the call only.</param>
    void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements);

    /// <summary>A publish came in. QoS 1 ones are acknowledged by <see cref="MqttConnection.Acknowledge(ushort)"/>, whenever the caller is ready.</summary>
    /// <param name="message">Its spans are valid during the call only.</param>
    void OnMessage(in ReceivedPublish message);

    /// <summary>
    /// The output buffer, that had been full when <see cref="MqttConnection.TryPublish"/> said <see cref="PublishStatus.BufferFull"/>, has
    /// room again. Does nothing unless implemented.
    /// </summary>
    void OnRoom()
    {
    }

    /// <summary>The connection is over. Called exactly once, and last.</summary>
    /// <param name="reason">Why, and what a person can do about it.</param>
    void OnClosed(MqttClosed reason);
}

/// <summary>The broker's answer to one publish.</summary>
/// <param name="Token">What the caller gave to <see cref="MqttConnection.TryPublish"/>.</param>
/// <param name="ReasonCode">Success in MQTT 3.1.1, which has no codes.</param>
/// <param name="ReasonString">The broker's own words, rarely sent.</param>
public readonly record struct PublishAcknowledgement(long Token, PubackReasonCode ReasonCode, string? ReasonString);
