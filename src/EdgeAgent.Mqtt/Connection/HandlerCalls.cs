namespace EdgeAgent.Mqtt.Connection;

/// <summary>Calls the owner's handler: one call at a time, and no exception of its comes through.</summary>
/// <param name="handler">The owner's.</param>
/// <param name="onFailure">Told the first exception; after it only <see cref="Closed"/> is called.</param>
internal sealed class HandlerCalls(IMqttConnectionHandler handler, Action<Exception> onFailure)
{
    private readonly Lock _oneAtATime = new();
    private bool _isFailed;

    public void Connected(MqttConnection connection)
    {
        lock (_oneAtATime)
        {
            try
            {
                handler.OnConnected(connection);
            }
            catch (Exception exception) when (Fail(exception))
            {
            }
        }
    }

    public void Acknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
    {
        lock (_oneAtATime)
        {
            if (_isFailed)
            {
                return;
            }

            try
            {
                handler.OnAcknowledged(acknowledgements);
            }
            catch (Exception exception) when (Fail(exception))
            {
            }
        }
    }

    public void Message(in ReceivedPublish message)
    {
        lock (_oneAtATime)
        {
            if (_isFailed)
            {
                return;
            }

            try
            {
                handler.OnMessage(message);
            }
            catch (Exception exception) when (Fail(exception))
            {
            }
        }
    }

    public void Room()
    {
        lock (_oneAtATime)
        {
            if (_isFailed)
            {
                return;
            }

            try
            {
                handler.OnRoom();
            }
            catch (Exception exception) when (Fail(exception))
            {
            }
        }
    }

    /// <summary>The last call. An exception of its goes to whoever awaits the connection's completion.</summary>
    public void Closed(MqttClosed reason)
    {
        lock (_oneAtATime)
        {
            handler.OnClosed(reason);
        }
    }

    private bool Fail(Exception exception)
    {
        _isFailed = true;
        onFailure(exception);
        return true;
    }
}
