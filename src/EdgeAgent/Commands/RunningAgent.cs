using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>What the running agent answered.</summary>
/// <param name="Json">One line of JSON; null where there is a problem.</param>
/// <param name="Problem">Why there is no answer, and what to do.</param>
/// <param name="ExitCode">What the command ends with because of it.</param>
internal sealed record AgentReply(string? Json, string? Problem, int ExitCode)
{
    /// <summary>Nobody listens: there is no agent, as opposed to one that cannot be asked.</summary>
    public bool IsNobodyThere { get; init; }
}

/// <summary>The agent that listens on a control socket, asked a question at a time.</summary>
internal sealed class RunningAgent(string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="question">One line, as in docs/status.md.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <param name="patience">How long the answer may take; null: ten seconds.</param>
    public async Task<AgentReply> AskAsync(string question, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience ?? Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), deadline.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(question + "\n"), deadline.Token);
            using var reader = new StreamReader(stream);
            return await reader.ReadLineAsync(deadline.Token) is { } answer
                ? Read(answer)
                : Nothing("it closed the connection", ExitCode.Unavailable);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Nothing("it did not answer in time", ExitCode.Unavailable);
        }
        catch (SocketException exception)
        {
            return Nothing(exception.Message, exception.SocketErrorCode == SocketError.AccessDenied ? ExitCode.Permission : ExitCode.Unavailable) with
            {
                IsNobodyThere = exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || !File.Exists(path),
            };
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            return Nothing(exception.Message, ExitCode.Unavailable);
        }
    }

    private static AgentReply Read(string answer) => answer.StartsWith($"{{\"format\":{AgentStatus.PresentFormat},\"error\":", StringComparison.Ordinal)
        ? new(null, JsonSerializer.Deserialize(answer, StatusJson.Default.ControlError)!.Error, ExitCode.InputOutput)
        : new(answer, null, ExitCode.Ok);

    private AgentReply Nothing(string reason, int exitCode) => new(
        null,
        exitCode == ExitCode.Permission
            ? $"this user may not ask the agent at {path}: ask as root (sudo), or as a member of the group _edgeagent."
            : $"no running agent answers at {path} ({reason}); is it running? 'systemctl status edgeagent' tells. For an agent started by hand, give its socket with --control.",
        exitCode);
}
