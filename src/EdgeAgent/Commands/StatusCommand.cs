using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent status</c>: asks the running agent how it is.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var control = CommonOptions.Control();
        var json = CommonOptions.Json();
        var command = new Command("status", "Ask the running agent for its broker, queue and sensors.") { control, json };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(control), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool asJson, CancellationToken cancellationToken)
    {
        string answer;
        try
        {
            answer = await AskAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(
                $"edgeagent: no running agent answers at {path} ({exception.Message}); is it running? 'systemctl status edgeagent' tells. "
                + "For an agent started by hand, give its socket with --control.");
            return exception is SocketException { SocketErrorCode: SocketError.AccessDenied } ? ExitCode.Permission : ExitCode.Unavailable;
        }

        if (asJson)
        {
            Console.WriteLine(answer);
            return ExitCode.Ok;
        }

        var status = JsonSerializer.Deserialize(answer, StatusJson.Default.AgentStatus);
        Console.Write(status is null ? answer : Render(status));
        return ExitCode.Ok;
    }

    private static async Task<string> AskAsync(string path, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("status\n"u8.ToArray(), patience.Token);
            using var reader = new StreamReader(stream);
            return await reader.ReadLineAsync(patience.Token) ?? throw new IOException("it closed the connection");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("no answer within 5 seconds");
        }
    }

    private static string Render(AgentStatus status)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{status.Gateway}  edgeagent {status.Version}, up {TimeSpan.FromSeconds(Math.Floor(status.UptimeS)):c}");
        var protocol = status.Broker.Protocol is { } version ? $" (MQTT {version})" : string.Empty;
        text.WriteLine($"broker   {status.Broker.State} {status.Broker.Address}{protocol} since {status.Broker.Since:yyyy-MM-dd HH:mm:ss}Z");
        if (status.Broker.LastError is { } error)
        {
            text.WriteLine($"         last error: {error}");
        }

        if (status.Configuration.ReloadError is { } mistake)
        {
            text.WriteLine($"config   NOT in force since {status.Configuration.ReloadRefused:yyyy-MM-dd HH:mm:ss}Z: {mistake}");
        }

        var queue = status.Queue;
        text.WriteLine($"queue    {queue.Depth} waiting ({queue.InFlight} in flight), deepest {queue.Deepest}, {queue.DiskBytes} bytes on disk");
        text.WriteLine($"         {queue.Accepted} accepted, {queue.Acknowledged} acknowledged, {queue.WrittenBytes} bytes written since the start");
        foreach (var sensor in status.Sensors)
        {
            text.WriteLine($"sensor   {sensor.Id} ({sensor.Type})  {sensor.LastValue ?? "no value yet"}  {sensor.Readings} readings, {sensor.Failures} failures");
            if (sensor.LastError is { } problem)
            {
                text.WriteLine($"         {problem}");
            }
        }

        return text.ToString();
    }
}
