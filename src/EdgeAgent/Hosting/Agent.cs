using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Sensors.Sampling;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>
/// Runs the stages: starts them from the broker's end to the sensors', stops them the other way round, so that nothing is read that
/// could not be queued. A stage that ends by itself ends the process.
/// </summary>
internal sealed class Agent(
    Sampler sampler,
    MessageQueue queue,
    Uplink? uplink,
    ControlSocket control,
    Measurements measurements,
    Reporter reporter,
    SystemdNotifier systemd,
    ILogger log)
{
    /// <summary>Runs until <paramref name="stop"/>. True after a clean stop, false when a stage died.</summary>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        using var stopSampling = new CancellationTokenSource();
        using var stopDelivering = new CancellationTokenSource();
        using var stopStoring = new CancellationTokenSource();
        using var stopReporting = new CancellationTokenSource();

        var storing = queue.RunAsync(stopStoring.Token);
        var delivering = uplink?.RunAsync(stopDelivering.Token);
        var sampling = sampler.RunAsync(stopSampling.Token);
        var answering = control.RunAsync(stopReporting.Token);
        systemd.Ready(reporter.Line());
        var measuring = measurements.RunAsync(stopReporting.Token);
        var reporting = reporter.RunAsync(stopReporting.Token);

        var stopping = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        var stages = new List<(string Name, Task Task)>
        {
            ("the store", storing), ("the sampler", sampling), ("the measuring", measuring), ("the reporter", reporting),
        };
        if (delivering is not null)
        {
            stages.Add(("the uplink", delivering));
        }

        var first = await Task.WhenAny([stopping, .. stages.Select(stage => stage.Task)]);
        var isClean = first == stopping;
        if (!isClean)
        {
            var (name, task) = stages.First(stage => stage.Task == first);
            Log.StageDied(log, task.Exception?.GetBaseException(), name);
        }

        systemd.Stopping();
        isClean &= await EndAsync(stopSampling, sampling, "the sampler");
        isClean &= await EndAsync(stopDelivering, delivering, "the uplink");
        isClean &= await EndAsync(stopStoring, storing, "the store");
        isClean &= await EndAsync(stopReporting, Task.WhenAll(answering, measuring, reporting), "the reporter");
        var end = queue.Snapshot();
        Log.Stopped(log, end.Accepted, end.Acknowledged, end.Depth);
        return isClean;
    }

    /// <summary>Stops one stage and waits for it. A stage that dies while stopping must not keep the next from being stopped.</summary>
    private async Task<bool> EndAsync(CancellationTokenSource stop, Task? stage, string name)
    {
        await stop.CancelAsync();
        if (stage is null)
        {
            return true;
        }

        await stage.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stage.IsFaulted)
        {
            Log.StageDied(log, stage.Exception.GetBaseException(), name);
        }

        return !stage.IsFaulted;
    }
}
