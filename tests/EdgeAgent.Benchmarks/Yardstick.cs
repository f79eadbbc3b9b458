using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace EdgeAgent.Benchmarks;

/// <summary>The C programs that say what is possible, and the broker that they share with what is measured.</summary>
internal sealed partial class Yardstick : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;
    private readonly List<Process> _running = [];

    /// <summary>Compiles a program of the Yardsticks folder.</summary>
    public void Compile(string name)
    {
        using var compiler = Process.Start("cc", ["-O2", "-o", Path.Combine(_folder, name), Path.Combine(AppContext.BaseDirectory, "Yardsticks", $"{name}.c")]);
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"cc could not compile {name}.c.");
        }
    }

    /// <summary>Messages a second that the broker acknowledges to one connection with everything encoded ahead.</summary>
    public double Limit(int port, int count, int payload, int window)
    {
        var limit = Start(Path.Combine(_folder, "limit"), [Text(port), Text(count), Text(payload), Text(window)]);
        return Rate(limit);
    }

    /// <summary>Starts the counting broker, which ends after so many messages.</summary>
    public Process Sink(int port, int count) => Start(Path.Combine(_folder, "sink"), [Text(port), Text(count)]);

    /// <summary>Messages a second that a mosquitto bridge puts into the counting broker, out of a backlog in its memory.</summary>
    public async Task<double> BridgeAsync(int count, int payload, int window)
    {
        var (port, sinkPort) = (FreePort(), FreePort());
        var bridge = await MosquittoAsync(
            port,
            log: null,
            $"max_inflight_messages {window}",
            "connection sink",
            $"address 127.0.0.1:{sinkPort}",
            "topic # out 1",
            "cleansession false",
            "notifications false",
            "restart_timeout 1");
        _ = Limit(port, count, payload, window);
        var rate = Rate(Sink(sinkPort, count));
        bridge.Kill();
        return rate;
    }

    /// <summary>Starts mosquitto with neither limits nor persistence, and returns its port.</summary>
    public async Task<int> MosquittoAsync()
    {
        var port = FreePort();
        _ = await MosquittoAsync(port, log: null, "max_inflight_messages 0");
        return port;
    }

    /// <summary>Starts mosquitto without persistence; comes back when it listens.</summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="log">Gets each line of its log; null: it keeps none.</param>
    /// <param name="settings">Further lines of mosquitto.conf(5).</param>
    public async Task<Process> MosquittoAsync(int port, Action<string>? log, params string[] settings)
    {
        var configuration = Path.Combine(_folder, $"mosquitto-{port}.conf");
        string[] lines =
        [
            "user root",
            $"listener {port} 127.0.0.1",
            "allow_anonymous true",
            "max_queued_messages 0",
            "persistence false",
            log is null ? "log_type none" : "log_type notice",
            "log_dest stderr",
            .. settings,
        ];
        await File.WriteAllLinesAsync(configuration, lines);
        var broker = Start("mosquitto", ["-c", configuration], log);
        await ReachableAsync(port);
        return broker;
    }

    /// <summary>What a program printed as its rate, when it has ended.</summary>
    public static double Rate(Process program)
    {
        var output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        var rate = RateLine().Match(output);
        return rate.Success
            ? double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"No rate in: {output}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something listens.</summary>
    public static async Task ReachableAsync(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    public void Dispose()
    {
        foreach (var program in _running)
        {
            if (!program.HasExited)
            {
                program.Kill();
            }

            program.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(string program, string[] arguments, Action<string>? errors = null)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = errors is not null })!;
        _running.Add(process);
        if (errors is not null)
        {
            process.ErrorDataReceived += (_, line) => errors(line.Data ?? string.Empty);
            process.BeginErrorReadLine();
        }

        return process;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) msg/s", RegexOptions.Multiline)]
    private static partial Regex RateLine();
}
