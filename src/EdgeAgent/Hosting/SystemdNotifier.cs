using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EdgeAgent.Hosting;

/// <summary>
/// Tells systemd what the service is doing, by datagrams to <c>$NOTIFY_SOCKET</c> (sd_notify(3)). Says nothing where there is no
/// such socket. Thread-safe. Stands in for Microsoft.Extensions.Hosting.Systemd.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;

    /// <param name="path">The value of NOTIFY_SOCKET: a path, or an abstract name after "@".</param>
    public SystemdNotifier(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        var address = path[0] == '@' ? "\0" + path[1..] : path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // A stale NOTIFY_SOCKET, inherited from somewhere: nobody listens, so there is nobody to tell.
            _socket.Dispose();
            _socket = null;
        }
    }

    /// <summary>How long systemd waits for a sign of life (WATCHDOG_USEC, sd_watchdog_enabled(3)); null where it does not.</summary>
    public TimeSpan? WatchdogLimit { get; init; }

    /// <summary>Reads the value of WATCHDOG_USEC: microseconds.</summary>
    public static TimeSpan? ParseWatchdog(string? microseconds) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? TimeSpan.FromMicroseconds(number) : null;

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The configuration is being read again; <see cref="Ready"/> ends it.</summary>
    /// <param name="time">Gives CLOCK_MONOTONIC, which tells systemd that it is this reload.</param>
    public void Reloading(TimeProvider time)
    {
        var perMicrosecond = Math.Max(1, time.TimestampFrequency / 1_000_000);
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / perMicrosecond}"));
    }

    public void Status(string status) => Send($"STATUS={status}");

    public void Stopping() => Send("STOPPING=1");

    public void Watchdog() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        try
        {
            _ = _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // systemd is restarting; it asks again by its own watchdog if it matters.
        }
    }
}
