using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>
/// Where the command line asks the running agent: a Unix socket in the runtime directory, one question a line, one answer a line. Mode
/// 0660, so that the agent's group may ask.
/// </summary>
/// <param name="path">The socket.</param>
/// <param name="answer">Gives the answer to a question, without its end of line; may take its time.</param>
/// <param name="time">Runs the patience with clients.</param>
/// <param name="log">Is told where there can be no socket.</param>
internal sealed class ControlSocket(string path, Func<string, CancellationToken, Task<byte[]>> answer, TimeProvider time, ILogger log)
{
    /// <summary>The longest question in bytes, its end of line included.</summary>
    public const int LongestQuestion = 16_384;

    /// <summary>How many clients are served at one time; the others wait their turn.</summary>
    public const int Attendants = 32;

    private const int Waiting = 256;

    /// <summary>How long a client may take to ask, and to take its answer: a stuck one must not hold its place for ever.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Where the socket is unless told otherwise: the runtime directory that systemd makes.</summary>
    public static string DefaultPath =>
        Path.Combine(Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") ?? "/run/edgeagent", "control.sock");

    /// <summary>Answers until stopped. An agent without its socket still does its job, so a failure to listen is only reported.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (!TryListen(listener))
        {
            return;
        }

        try
        {
            await Task.WhenAll(Enumerable.Range(0, Attendants).Select(_ => AttendAsync(listener, stop)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            File.Delete(path);
        }
    }

    private bool TryListen(Socket listener)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            {
                _ = Directory.CreateDirectory(folder);
            }

            if (IsAnswered())
            {
                Log.NoControlSocket(log, path, "another agent answers there; give this one its own with --control");
                return false;
            }

            // What is left is the file of a killed agent.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(
                path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            listener.Listen(Waiting);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            Log.NoControlSocket(log, path, exception.Message);
            return false;
        }
    }

    /// <summary>Whether somebody listens there: an agent with another queue.</summary>
    private bool IsAnswered()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            // A listener whose queue of clients is full is one too.
            return exception.SocketErrorCode is SocketError.WouldBlock;
        }
    }

    /// <summary>One attendant: takes a client, answers it to its end, takes the next.</summary>
    private async Task AttendAsync(Socket listener, CancellationToken stop)
    {
        var buffer = new byte[LongestQuestion];
        while (true)
        {
            using var client = await listener.AcceptAsync(stop);
            try
            {
                await AnswerAsync(client, buffer, stop);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // The client went away or took too long, or the agent is stopping: there is nobody left to tell.
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task AnswerAsync(Socket client, byte[] buffer, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        await using var stream = new NetworkStream(client);
        while (await ReadQuestionAsync(stream, buffer, end.Token) is { } question)
        {
            // What is asked for may be a long work; only the client is hurried.
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            var line = await answer(question, stop);
            patience.CancelAfter(Patience);
            await stream.WriteAsync(line, end.Token);
            await stream.WriteAsync("\n"u8.ToArray(), end.Token);
            patience.CancelAfter(Patience);
        }
    }

    /// <summary>The next line, without its end; null when the client is done or talks rubbish.</summary>
    private static async Task<string?> ReadQuestionAsync(NetworkStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var length = 0; length < LongestQuestion;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length, LongestQuestion - length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return Encoding.UTF8.GetString(buffer, 0, end).Trim();
            }
        }

        return null;
    }
}
