using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Hosting;

namespace EdgeAgent.Tests.Hosting;

public sealed class SystemdNotifierTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void States_arrive_at_the_socket_that_systemd_names(bool isAbstract)
    {
        var name = $"edgeagent-test-{Guid.NewGuid():N}";
        var path = isAbstract ? "@" + name : Path.Combine(Path.GetTempPath(), name);
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : path));
        systemd.ReceiveTimeout = 30_000;

        using var notifier = new SystemdNotifier(path);
        notifier.Ready("3 queued");
        notifier.Status("4 queued");
        notifier.Watchdog();
        var before = Stopwatch.GetTimestamp() / 1000;
        notifier.Reloading(TimeProvider.System);
        notifier.Stopping();

        Assert.Equal("READY=1\nSTATUS=3 queued", Receive(systemd));
        Assert.Equal("STATUS=4 queued", Receive(systemd));
        Assert.Equal("WATCHDOG=1", Receive(systemd));
        var reloading = Receive(systemd).Split("\nMONOTONIC_USEC=");
        Assert.Equal("RELOADING=1", reloading[0]);
        Assert.InRange(long.Parse(reloading[1], CultureInfo.InvariantCulture), before, Stopwatch.GetTimestamp() / 1000);
        Assert.Equal("STOPPING=1", Receive(systemd));
        File.Delete(path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/at/all")]
    public void Without_systemd_it_says_nothing(string? path)
    {
        using var notifier = new SystemdNotifier(path);

        notifier.Ready("fine");
    }

    [Theory]
    [InlineData("3000000", 3.0)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void The_watchdogs_patience_is_in_microseconds(string? variable, double? seconds) =>
        Assert.Equal(seconds, SystemdNotifier.ParseWatchdog(variable)?.TotalSeconds);

    private static string Receive(Socket socket)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
