using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>
/// Reads the configuration again when asked to, and applies what is different. A configuration with an error changes nothing.
/// </summary>
/// <param name="running">What the agent was started with.</param>
/// <param name="read">Reads and checks the files.</param>
/// <param name="apply">Brings the running stages to the next configuration, by the difference; completes when that is in force.</param>
/// <param name="state">Gets the outcome, for the status.</param>
/// <param name="systemd">Is told when it begins; whoever gets <see cref="Done"/> tells it the end.</param>
/// <param name="time">Tells systemd which reload it is.</param>
/// <param name="log">Gets the outcome.</param>
internal sealed class Reload(
    AgentConfig running,
    Func<ConfigReading> read,
    Func<AgentConfig, ConfigDifference, Task> apply,
    ConfigurationState state,
    SystemdNotifier systemd,
    TimeProvider time,
    ILogger log)
{
    private readonly Signal _asked = new();
    private volatile AgentConfig _running = running;
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Called after each reload, whatever came of it.</summary>
    public Action Done { get; set; } = static () => { };

    /// <summary>The configuration in force. Any thread.</summary>
    public AgentConfig Running => _running;

    /// <summary>Asks for a reload; any thread. Asked again before it has begun, there is one.</summary>
    public void Ask() => _asked.Set();

    /// <summary>Asks for a reload that begins after this call; completes when it is over. Any thread.</summary>
    public Task AskAsync()
    {
        var next = Volatile.Read(ref _next).Task;
        _asked.Set();
        return next;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await using var registration = stop.Register(_asked.Set);
        while (true)
        {
            await _asked.WaitAsync();
            if (stop.IsCancellationRequested)
            {
                return;
            }

            var asked = Interlocked.Exchange(ref _next, NewSignal());
            systemd.Reloading(time);
            try
            {
                await OnceAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            Done();
            asked.SetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task OnceAsync(CancellationToken stop)
    {
        var reading = read();
        if (reading.Config is not { } next)
        {
            var count = ProblemText.Count(reading.Problems);
            var lines = reading.Problems.Select(ProblemText.Line).ToArray();
            Log.NotReloaded(log, count, string.Join("; ", lines));
            state.Refused($"{count}; {ProblemText.Line(reading.Problems.First(static problem => problem.Severity == Severity.Error))}");
            return;
        }

        foreach (var warning in reading.Problems)
        {
            Log.ConfigurationWarning(log, ProblemText.Line(warning));
        }

        var difference = ConfigDifference.Between(_running, next);
        if (next.Gateway != _running.Gateway)
        {
            // Topics, client id and ids hang on it: half of the change would deliver under two names.
            const string Gateway = "gateway changed, which needs a restart: nothing of the new configuration is applied (systemctl restart edgeagent)";
            Log.NotReloaded(log, "another gateway", Gateway);
            state.Refused(Gateway);
            return;
        }

        if (!difference.NeedsRestart.IsEmpty)
        {
            Log.NeedsRestart(log, string.Join(", ", difference.NeedsRestart));
        }

        await apply(next, difference).WaitAsync(stop);
        _running = ConfigDifference.InForce(_running, next);
        Log.Reloaded(log, difference.ToString());
        state.Reloaded(difference);
    }
}
