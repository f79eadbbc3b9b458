using System.Net.Sockets;
using System.Text.Json;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>What the agent says of itself on its control socket. The names are those of the JSON in snake case.</summary>
internal sealed record AgentStatus(string Gateway, string Version, BrokerStatus Broker, QueueStatus Queue, RateStatus Rates, SensorStatus[] Sensors)
{
    public ConfigurationStatus? Configuration { get; init; }

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Asks a running agent; null where it does not answer (not there yet, or no more).</summary>
    public static async Task<AgentStatus?> AskAsync(string socketPath)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), deadline.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("status\n"u8.ToArray(), deadline.Token);
            using var reader = new StreamReader(stream);
            var line = await reader.ReadLineAsync(deadline.Token);
            return line is null ? null : JsonSerializer.Deserialize<AgentStatus>(line, Json);
        }
        catch (Exception away) when (away is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}

/// <param name="State">connected, connecting, waiting or none.</param>
internal sealed record BrokerStatus(
    string State, string? LastError, string? Protocol, long Connections, long? SinceAcknowledgementMs, double ConnectedS, long Published);

internal sealed record QueueStatus(
    long Depth, long Deepest, long InFlight, long Accepted, long Acknowledged, long DiskBytes, long WrittenBytes, long MaxBytes, double? DaysUntilFull, long? FreeBytes);

internal sealed record RateStatus(double AcceptedPerS, double DeliveredPerS, double? AcknowledgementP50Ms, double? AcknowledgementP99Ms);

internal sealed record SensorStatus(string Id, string Type, string State, long Readings, long Failures, string? LastValue, string? LastError);

internal sealed record ConfigurationStatus(string? ReloadError, string? Changed, string? WaitsForRestart);
