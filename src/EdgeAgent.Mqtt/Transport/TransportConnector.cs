namespace EdgeAgent.Mqtt.Transport;

/// <summary>How far connecting has come; tells which step a timeout hit.</summary>
internal sealed class ConnectProgress
{
    public ConnectStep Step { get; set; } = ConnectStep.Resolve;
}

/// <summary>Opens the way to the broker: TCP, and TLS if asked for. Gives a transport or a failure.</summary>
internal static class TransportConnector
{
    public static async Task<(ConnectedTransport? Transport, ConnectFailure? Failure)> ConnectAsync(
        MqttClientOptions options, TimeProvider time, ConnectProgress progress, CancellationToken deadline)
    {
        var (socket, failure) = await new TcpConnector(time).ConnectAsync(options.Host, options.Port, progress, deadline);
        return socket is null ? (null, failure) : (new ConnectedTransport(socket), null);
    }
}
