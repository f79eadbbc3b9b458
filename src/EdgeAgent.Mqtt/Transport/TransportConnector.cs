namespace EdgeAgent.Mqtt.Transport;

/// <summary>How far connecting has come; tells which step a timeout hit.</summary>
/// <param name="observer">Is told of each step; null: nobody.</param>
internal sealed class ConnectProgress(IConnectObserver? observer = null)
{
    public IConnectObserver? Observer => observer;

    public ConnectStep Step { get; set; } = ConnectStep.Resolve;
}

/// <summary>Opens the way to the broker: TCP, and TLS if asked for. Gives a transport or a failure.</summary>
internal static class TransportConnector
{
    public static async Task<(ConnectedTransport? Transport, ConnectFailure? Failure)> ConnectAsync(
        MqttClientOptions options, TimeProvider time, ConnectProgress progress, CancellationToken deadline)
    {
        if (options.Tls is not { } tls)
        {
            return await OpenAsync(options, time, progress, deadline);
        }

        var (files, unreadable) = TlsFiles.Load(tls);
        if (files is null)
        {
            return (null, unreadable);
        }

        using (files)
        {
            var (transport, failure) = await OpenAsync(options, time, progress, deadline);
            return transport is null ? (null, failure) : await SecureAsync(transport, options, tls, files, progress, deadline);
        }
    }

    private static async Task<(ConnectedTransport? Transport, ConnectFailure? Failure)> OpenAsync(
        MqttClientOptions options, TimeProvider time, ConnectProgress progress, CancellationToken deadline)
    {
        var (socket, failure) = await new TcpConnector(time).ConnectAsync(options.Host, options.Port, progress, deadline);
        if (socket is null)
        {
            return (null, failure);
        }

        progress.Observer?.OnConnected(socket.RemoteEndPoint!);
        return (new ConnectedTransport(socket), null);
    }

    private static async Task<(ConnectedTransport? Transport, ConnectFailure? Failure)> SecureAsync(
        ConnectedTransport transport, MqttClientOptions options, MqttTlsOptions tls, TlsFiles files, ConnectProgress progress, CancellationToken deadline)
    {
        progress.Step = ConnectStep.Tls;
        var isSecure = false;
        try
        {
            var failure = await TlsHandshake.RunAsync(transport.BeginTls(), options, tls, files, progress.Observer, deadline);
            isSecure = failure is null;
            return (isSecure ? transport : null, failure);
        }
        finally
        {
            if (!isSecure)
            {
                await transport.DisposeAsync();
            }
        }
    }
}
