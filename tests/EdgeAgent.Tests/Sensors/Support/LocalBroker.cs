using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A real mosquitto on the loopback, which keeps sessions while it runs.</summary>
internal sealed class LocalBroker : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";

    private readonly FixtureTree _tree = new();
    private Process? _mosquitto;

    public LocalBroker()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; }

    public static async Task<LocalBroker> StartedAsync()
    {
        var broker = new LocalBroker();
        await broker.StartAsync();
        return broker;
    }

    public async Task StartAsync()
    {
        _tree.With("mosquitto.conf", $"listener {Port} 127.0.0.1\nallow_anonymous true\n");
        _mosquitto = Process.Start(new ProcessStartInfo(Program, ["-c", _tree.Path("mosquitto.conf")]) { RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port, deadline.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
            }
        }
    }

    public async Task StopAsync()
    {
        if (_mosquitto is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Publishes with QoS 1, and returns when the broker has it.</summary>
    public async Task PublishAsync(string topic, string payload, bool retain = false)
    {
        var acknowledged = new Acknowledged();
        var outcome = await new MqttClient(new() { Host = "127.0.0.1", Port = Port }).ConnectAsync(acknowledged);
        await using var connection = outcome.Connection!;
        var message = new MqttPublish { Topic = Encoding.UTF8.GetBytes(topic), Payload = Encoding.UTF8.GetBytes(payload), Retain = retain, Qos = MqttQos.AtLeastOnce };
        Assert.Equal(PublishStatus.Sent, connection.TryPublish(message, token: 1));
        await acknowledged.Done.Task.WaitAsync(Some.Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _mosquitto?.Dispose();
        _tree.Dispose();
    }

    private sealed class Acknowledged : IMqttConnectionHandler
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements) => Done.TrySetResult();

        public void OnMessage(in ReceivedPublish message)
        {
        }

        public void OnRoom()
        {
        }

        public void OnClosed(MqttClosed reason) => Done.TrySetException(new IOException(reason.Message));
    }
}
