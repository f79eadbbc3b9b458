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
    public void Sink(int port, int count) => Start(Path.Combine(_folder, "sink"), [Text(port), Text(count)]);

    /// <summary>Starts mosquitto with neither limits nor persistence, and returns its port.</summary>
    public async Task<int> MosquittoAsync()
    {
        var port = FreePort();
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(
            configuration, $"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\npersistence false\nlog_type none\n");
        Start("mosquitto", ["-c", configuration]);
        await ReachableAsync(port);
        return port;
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

    private Process Start(string program, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        _running.Add(process);
        return process;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) msg/s", RegexOptions.Multiline)]
    private static partial Regex RateLine();
}
