using System.Net.Sockets;

namespace EdgeAgent.Mqtt.Transport;

/// <summary>Says for people why a broker could not be reached.</summary>
internal static class TransportFailures
{
    public static ConnectFailure NameNotFound(string host, SocketException? exception)
    {
        var isTemporary = exception?.SocketErrorCode == SocketError.TryAgain;
        return new ConnectFailure(
            ConnectStep.Resolve, ConnectFailureKind.NameNotFound,
            isTemporary
                ? $"The name '{host}' could not be looked up: no name server answered. Is the network up?"
                : $"The name '{host}' was not found. Check its spelling and the name server.")
        {
            Exception = exception,
        };
    }

    /// <param name="host">As configured.</param>
    /// <param name="port">As configured.</param>
    /// <param name="failures">One for each address.</param>
    public static ConnectFailure NoAnswer(string host, int port, IReadOnlyList<SocketException> failures)
    {
        // A refusal says the most: the host is there.
        var exception = failures.FirstOrDefault(failure => failure.SocketErrorCode == SocketError.ConnectionRefused) ?? failures[0];
        var (kind, what) = exception.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => (ConnectFailureKind.Refused, "refused the connection: nothing listens on that port. Is the broker running, and is the port right?"),
            SocketError.TimedOut => (ConnectFailureKind.TimedOut, "did not answer. Is the address right, and does a firewall drop the packets?"),
            SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown or SocketError.AddressNotAvailable =>
                (ConnectFailureKind.Unreachable, "cannot be reached from here. Is the network up?"),
            _ => (ConnectFailureKind.Other, $"could not be connected to: {exception.Message}"),
        };
        return new ConnectFailure(ConnectStep.Connect, kind, $"{host}:{port} {what}") { Exception = exception };
    }

    public static ConnectFailure TimedOut(string host, int port, ConnectStep step, TimeSpan timeout)
    {
        var (waitedFor, advice) = step switch
        {
            ConnectStep.Resolve => ("the look-up of its name", "Is the network up, and does the name server answer?"),
            ConnectStep.Connect => ("its answer to the TCP connection", "Is the address right, and does a firewall drop the packets?"),
            ConnectStep.Tls => ("the end of the TLS handshake", "Does it speak TLS on this port?"),
            _ => ("its answer to CONNECT", "Is it an MQTT broker, and is the port right (with or without TLS)?"),
        };
        return new ConnectFailure(step, ConnectFailureKind.TimedOut, $"{host}:{port}: {waitedFor} did not come within {timeout.TotalSeconds} s. {advice}");
    }
}
