using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Web;

/// <summary>
/// A small HTTP server: GET and HEAD, one answer a connection, nothing from the disk. A client can neither hold a place for long nor make
/// it keep more than a head of 8 KiB. See decision 0008.
/// </summary>
internal sealed class WebServer(IPEndPoint endpoint, Site site, TimeProvider time, ILogger log)
{
    /// <summary>How many clients are served at one time; further ones wait in the kernel.</summary>
    private const int Places = 64;

    /// <summary>What a client may still be sending while it is answered, and is thrown away.</summary>
    private const int Leftovers = 64 * 1024;

    /// <summary>How long a client may take for its request, and again for taking the answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>An address may come later than the agent: the network is not up yet, or another program still has it.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(10);

    /// <summary>Answers until stopped. An agent without its page still does its job, so a failure to listen is only reported.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using var listener = await ListenAsync(stop);
            await Task.WhenAll(Enumerable.Range(0, Places).Select(_ => AttendAsync(listener, stop)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task<Socket> ListenAsync(CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(endpoint);
                listener.Listen();
                Log.Listens(log, endpoint);
                return listener;
            }
            catch (SocketException exception)
            {
                listener.Dispose();
                if (attempt == 0)
                {
                    Log.CannotListen(log, endpoint, exception.Message);
                }
            }

            await Task.Delay(TryAgain, time, stop);
        }
    }

    /// <summary>One attendant: takes a client, answers it, takes the next.</summary>
    private async Task AttendAsync(Socket listener, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptAsync(stop);
                await ServeAsync(client, stop);
            }
#pragma warning disable CA1031 // The top of one client's service: whatever it brings about ends with its connection.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                stop.ThrowIfCancellationRequested();
                if (exception is not (SocketException or OperationCanceledException))
                {
                    Log.PageThrew(log, exception);
                }
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var buffer = new byte[HttpHead.Longest];
        HttpResponse? response;
        var isHead = false;
        try
        {
            (response, isHead) = await AnswerAsync(client, buffer, end.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            response = HttpResponse.Text(HttpStatus.RequestTimeout, "the request did not come in time");
        }

        if (response is null)
        {
            return;
        }

        using var takingPatience = new CancellationTokenSource(Patience, time);
        using var takingEnd = CancellationTokenSource.CreateLinkedTokenSource(stop, takingPatience.Token);
        await SendAsync(client, response.Head(), takingEnd.Token);
        await SendAsync(client, isHead ? default : response.Body, takingEnd.Token);
        await CloseAsync(client, buffer, takingEnd.Token);
    }

    /// <summary>Reads the request and finds its answer; null where the client left without a word.</summary>
    private async Task<(HttpResponse? Response, bool IsHead)> AnswerAsync(Socket client, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var length = 0; length < buffer.Length;)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return (null, false);
            }

            length += read;
            if (HttpHead.LengthIn(buffer.AsSpan(0, length)) is > 0 and var headLength)
            {
                return HttpHead.TryRead(buffer.AsSpan(0, headLength), out var request, out var problem)
                    ? (site.Answer(request), request.Method == "HEAD")
                    : (HttpResponse.Text(problem, "this is not a request that is understood here"), false);
            }
        }

        return (HttpResponse.Text(HttpStatus.HeadTooLarge, "the head of the request is too large"), false);
    }

    private static async Task SendAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await client.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Closes so that the answer arrives: a socket closed over unread bytes resets the connection, and may take the answer with it.</summary>
    private static async Task CloseAsync(Socket client, byte[] buffer, CancellationToken cancellationToken)
    {
        client.Shutdown(SocketShutdown.Send);
        for (var left = Leftovers; left > 0;)
        {
            var read = await client.ReceiveAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return;
            }

            left -= read;
        }
    }
}
