namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// A real mosquitto on a loopback port of its own. It keeps sessions on disk over a stop and a start, and limits nothing, so
/// that what a persistent subscriber misses, the agent did not deliver.
/// </summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly NetworkNamespace? _within;
    private ChildProcess? _process;

    /// <summary>Makes one that does not run yet.</summary>
    /// <param name="folder">Where its sessions and its configuration go; outlives it.</param>
    /// <param name="within">The namespace that it and its subscribers run in; null: the machine's own.</param>
    /// <param name="settings">Further lines of mosquitto.conf(5).</param>
    public Mosquitto(TemporaryFolder folder, NetworkNamespace? within = null, params string[] settings)
    {
        _folder = folder;
        _within = within;
        var lines = (string[])
        [
            .. Addresses.Select(address => $"listener {Port} {address}"),
            "allow_anonymous true",
            $"user {Environment.UserName}",
            "persistence true",
            $"persistence_location {folder.Path}/",
            "max_queued_messages 0",
            "max_inflight_messages 0",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "log_type information",
            "log_type subscribe",
            .. settings,
        ];
        folder.Write("mosquitto.conf", string.Join('\n', lines) + '\n');
    }

    public int Port { get; } = LoopbackPort.Next();

    /// <summary>Where the agent finds it.</summary>
    public string Url => $"mqtt://{Addresses[^1]}:{Port}";

    /// <summary>What it logs, over all its starts.</summary>
    public Feed<string> Log => Process.Errors;

    private ChildProcess Process => _process ?? throw new InvalidOperationException("the broker is not running");

    private string[] Addresses => _within is null ? ["127.0.0.1"] : ["127.0.0.1", _within.Address];

    public static Task<Mosquitto> StartAsync(TemporaryFolder folder, params string[] settings) => StartAsync(folder, null, settings);

    public static async Task<Mosquitto> StartAsync(TemporaryFolder folder, NetworkNamespace? within, params string[] settings)
    {
        var broker = new Mosquitto(folder, within, settings);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts it, also again after a stop; comes back when it listens.</summary>
    public async Task StartAsync()
    {
        _process = ChildProcess.Start("mosquitto", ["-c", _folder["mosquitto.conf"]], within: _within);
        await Log.WhenAnyAsync(line => line.Contains(" running", StringComparison.Ordinal), "mosquitto to run");
    }

    /// <summary>Stops it as systemd would: it writes down its sessions first.</summary>
    public async Task StopAsync()
    {
        Process.Send(ProcessSignal.Terminate);
        await Process.WhenExitedAsync();
        await Process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends it without a warning: what it had not yet written down is gone.</summary>
    public async Task KillAsync()
    {
        Process.Send(ProcessSignal.Kill);
        await Process.WhenExitedAsync();
        await Process.DisposeAsync();
        _process = null;
    }

    /// <summary>Starts a client program beside the broker, where 127.0.0.1 is the broker's.</summary>
    public ChildProcess StartClient(string program, IEnumerable<string> arguments, Action<string>? output = null) =>
        ChildProcess.Start(program, arguments, output: output, within: _within);

    /// <summary>Publishes a message of somebody else's; comes back when the broker has acknowledged it.</summary>
    public async Task PublishAsync(string topic, string message)
    {
        await using var publisher = StartClient("mosquitto_pub", ["-h", "127.0.0.1", "-p", $"{Port}", "-q", "1", "-t", topic, "-m", message]);
        var exitCode = await publisher.WhenExitedAsync();
        Assert.Equal((0, string.Empty), (exitCode, string.Join('\n', publisher.Errors.ToArray())));
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
