using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>
/// Looks a name up and connects to the first of its addresses that answers. IPv6 and IPv4 in turn, each attempt a little after the
/// one before it, so that a dead address costs little (RFC 8305).
/// </summary>
/// <param name="time">For the delay between attempts.</param>
internal sealed class TcpConnector(TimeProvider time)
{
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Gives a socket or a failure.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">1 to 65 535.</param>
    /// <param name="progress">Told when the look-up is over.</param>
    /// <param name="deadline">Cancelled when the time to connect is over.</param>
    public async Task<(Socket? Socket, ConnectFailure? Failure)> ConnectAsync(string host, int port, ConnectProgress progress, CancellationToken deadline)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, deadline);
        }
        catch (SocketException exception)
        {
            return (null, TransportFailures.NameNotFound(host, exception));
        }

        progress.Step = ConnectStep.Connect;
        if (addresses.Length > 0)
        {
            progress.Observer?.OnResolved(addresses);
        }

        return addresses.Length == 0
            ? (null, TransportFailures.NameNotFound(host, null))
            : await ConnectAsync(Interleave(addresses), host, port, deadline);
    }

    /// <summary>IPv6 and IPv4 in turn, each in the order of the resolver, beginning with the family that it put first.</summary>
    internal static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var first = addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily).ToList();
        var second = addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily).ToList();
        var ordered = new List<IPAddress>(addresses.Count);
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            ordered.AddRange(first.Skip(i).Take(1));
            ordered.AddRange(second.Skip(i).Take(1));
        }

        return ordered;
    }

    private async Task<(Socket? Socket, ConnectFailure? Failure)> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, string host, int port, CancellationToken deadline)
    {
        using var won = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        var attempts = new List<Task<Attempt>>();
        var failures = new List<SocketException>();
        var next = 0;
        while (true)
        {
            if (next < addresses.Count)
            {
                attempts.Add(TryAsync(addresses[next++], port, won.Token));
            }

            // The next address has its turn when an attempt has failed, or after the delay.
            var waiting = attempts.Cast<Task>().ToList();
            if (next < addresses.Count)
            {
                waiting.Add(Task.Delay(AttemptDelay, time, won.Token));
            }

            await Task.WhenAny(waiting);
            foreach (var ended in attempts.Where(attempt => attempt.IsCompleted).ToList())
            {
                attempts.Remove(ended);
                var attempt = await ended;
                if (attempt.Socket is { } socket)
                {
                    await won.CancelAsync();
                    await DropAsync(attempts);
                    return (socket, null);
                }

                failures.Add(attempt.Exception!);
            }

            if (attempts.Count == 0 && next == addresses.Count)
            {
                deadline.ThrowIfCancellationRequested();
                return (null, TransportFailures.NoAnswer(host, port, failures));
            }
        }
    }

    private static async Task<Attempt> TryAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            var connected = socket;
            socket = null;
            return new Attempt(connected, null);
        }
        catch (SocketException exception)
        {
            return new Attempt(null, exception);
        }
        catch (OperationCanceledException)
        {
            return new Attempt(null, new SocketException((int)SocketError.TimedOut));
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Two attempts may have succeeded at once.</summary>
    private static async Task DropAsync(List<Task<Attempt>> attempts)
    {
        foreach (var attempt in attempts)
        {
            (await attempt).Socket?.Dispose();
        }
    }

    private sealed record Attempt(Socket? Socket, SocketException? Exception);
}
