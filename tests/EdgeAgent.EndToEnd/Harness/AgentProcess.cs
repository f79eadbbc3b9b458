using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>The published agent, running in a folder of its own as a systemd service would.</summary>
internal sealed partial class AgentProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _process;
    private readonly NotifySocket _notify;
    private readonly long _launched = TimeProvider.System.GetTimestamp();

    private AgentProcess(TemporaryFolder folder, NetworkNamespace? within, bool intoJournal, string[] options)
    {
        _folder = folder;
        _notify = new NotifySocket(folder["notify.sock"]);
        _process = ChildProcess.Start(
            Binary,
            ["run", "--config", folder["edgeagent.yaml"], "--control", ControlPath, .. options],
            new Dictionary<string, string?>
            {
                ["NOTIFY_SOCKET"] = _notify.Path,
                ["WATCHDOG_USEC"] = "600000",
                ["JOURNAL_STREAM"] = intoJournal ? "8:12345" : null,
                ["INVOCATION_ID"] = null,
            },
            within: within);
    }

    /// <summary>The published binary: what EDGEAGENT_BINARY names, otherwise the one that ./dev publish leaves.</summary>
    public static string Binary { get; } = Environment.GetEnvironmentVariable("EDGEAGENT_BINARY") is { Length: > 0 } named
        ? named
        : Repository.PathOf("artifacts/edgeagent-linux-x64/edgeagent");

    /// <summary>What it told systemd.</summary>
    public Feed<string> Notifications => _notify.Said;

    /// <summary>What it logged and printed.</summary>
    public IEnumerable<string> Log => _process.Output.ToArray().Concat(_process.Errors.ToArray());

    public int Id => _process.Id;

    /// <summary>How long it took until it said that it is ready.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Waits until it has logged a line with this in it.</summary>
    public Task WhenLoggedAsync(string part) => _process.Errors.WhenAnyAsync(line => line.Contains(part, StringComparison.Ordinal), $"the log to say '{part}'");

    /// <summary>Its account at the end of a clean stop: readings accepted since its start, and still in the queue.</summary>
    public (long Accepted, long Queued) Account =>
        Log.Select(line => AccountLine().Match(line)).FirstOrDefault(match => match.Success) is { } account
            ? (Number(account.Groups[1]), Number(account.Groups[2]))
            : throw new InvalidOperationException($"the agent gave no account when it stopped; its log:\n{string.Join('\n', Log.TakeLast(20))}");

    private string ControlPath => _folder["control.sock"];

    /// <summary>Starts it with this configuration, and these options of <c>run</c>; comes back when it has told systemd that it is ready.</summary>
    public static Task<AgentProcess> StartAsync(TemporaryFolder folder, string configuration, NetworkNamespace? within = null, params string[] options) =>
        WhenReadyAsync(Launch(folder, configuration, within, options));

    /// <summary>As <see cref="StartAsync"/>, with standard error said to be the journal.</summary>
    public static Task<AgentProcess> StartIntoJournalAsync(TemporaryFolder folder, string configuration)
    {
        folder.Write("edgeagent.yaml", configuration);
        return WhenReadyAsync(new AgentProcess(folder, within: null, intoJournal: true, []));
    }

    /// <summary>Starts it with this configuration, and waits for nothing.</summary>
    public static AgentProcess Launch(TemporaryFolder folder, string configuration, NetworkNamespace? within = null, params string[] options)
    {
        folder.Write("edgeagent.yaml", configuration);
        return new AgentProcess(folder, within, intoJournal: false, options);
    }

    public Task<AgentStatus?> StatusAsync() => AgentStatus.AskAsync(ControlPath);

    /// <summary>Asks for the status until it is as wanted; gives that status.</summary>
    public async Task<AgentStatus> WhenAsync(Func<AgentStatus, bool> condition, string what, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Feed<string>.Patience);
        AgentStatus? status = null;
        while (!deadline.IsCancellationRequested)
        {
            status = await StatusAsync();
            if (status is not null && condition(status))
            {
                return status;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"waited in vain for {what}; status: {status}; log:\n{string.Join('\n', Log.TakeLast(30))}");
    }

    public void Send(ProcessSignal signal) => _process.Send(signal);

    /// <summary>Ends it as systemd would (SIGTERM); gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        _process.Send(ProcessSignal.Terminate);
        return await _process.WhenExitedAsync();
    }

    /// <summary>Ends it as a power cut would end the process.</summary>
    public async Task KillAsync()
    {
        _process.Send(ProcessSignal.Kill);
        await _process.WhenExitedAsync();
    }

    public Task<int> WhenExitedAsync() => _process.WhenExitedAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _notify.DisposeAsync();
    }

    private static async Task<AgentProcess> WhenReadyAsync(AgentProcess agent)
    {
        try
        {
            var ready = agent.Notifications.WhenAnyAsync(said => said == "READY=1", "READY=1");
            await await Task.WhenAny(ready, agent._process.WhenExitedAsync());
            agent.StartTime = TimeProvider.System.GetElapsedTime(agent._launched);
            return ready.IsCompletedSuccessfully ? agent : throw new InvalidOperationException("the agent ended before it was ready");
        }
        catch (Exception never) when (never is TimeoutException or InvalidOperationException)
        {
            var log = string.Join('\n', agent.Log);
            await agent.DisposeAsync();
            throw new InvalidOperationException($"{never.Message}; its log:\n{log}", never);
        }
    }

    private static long Number(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("stopped: ([0-9]+) readings accepted, [0-9]+ delivered, ([0-9]+) queued")]
    private static partial Regex AccountLine();
}
