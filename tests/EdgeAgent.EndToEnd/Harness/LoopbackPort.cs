using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>Picks ports for brokers that come and go.</summary>
internal static class LoopbackPort
{
    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    /// <summary>
    /// A port that nothing listens on, given once per test run. It lies below the range that the kernel gives to outgoing
    /// connections, because one of those could take the port of a broker that is down for a while.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (!Taken.TryAdd(port, true))
            {
                continue;
            }

            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's; the next one may be free.
            }
        }
    }
}
