using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>Debian's mosquitto in a folder and on a port of its own.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";
    private readonly string _folder = Directory.CreateTempSubdirectory("edgeagent-mosquitto-").FullName;
    private readonly string _configuration;
    private Process? _process;

    private Mosquitto(int port, string configuration)
    {
        Port = port;
        _configuration = Path.Combine(_folder, "mosquitto.conf");
        File.WriteAllText(_configuration, configuration.Replace("{folder}", _folder, StringComparison.Ordinal));
    }

    public int Port { get; }

    /// <summary>Starts it with one listener on loopback and these further lines; skips the test where it is not installed.</summary>
    /// <param name="lines">May say {folder} for a folder that lives as long as this.</param>
    /// <param name="files">Written into that folder.</param>
    public static async Task<Mosquitto> StartAsync(string lines = "allow_anonymous true", params (string Name, string Content)[] files)
    {
        Skip.IfNot(File.Exists(Program), $"{Program} is not installed");
        var port = FreePort();
        var broker = new Mosquitto(port, $"user root\nlistener {port} 127.0.0.1\nlog_type all\nlog_dest stderr\n{lines}\n");
        foreach (var (name, content) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(broker._folder, name), content);
        }

        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts it again with what it had.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", _configuration]) { RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(ScriptedBroker.Patience);
        while (await _process.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.EndsWith(" running", StringComparison.Ordinal))
            {
                // From here on nobody reads, and a full pipe would stop it.
                _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return;
            }
        }

        Assert.Fail("mosquitto did not start.");
    }

    /// <summary>Ends it, with SIGTERM so that it saves its sessions, or with SIGKILL.</summary>
    public async Task StopAsync(bool kill = false)
    {
        using var signal = Process.Start("kill", [kill ? "-9" : "-15", $"{_process!.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(ScriptedBroker.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await StopAsync(kill: true);
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
