using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Web;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>
/// Runs the stages: starts them from the broker's end to the sensors', stops them the other way round, so that nothing is read that
/// could not be queued. A stage that ends by itself ends the process.
/// </summary>
internal sealed class Agent(
    Sampler sampler,
    MessageQueue queue,
    BrokerLink link,
    ControlSocket control,
    Measurements measurements,
    Reporter reporter,
    WebServer? web,
    Reload reload,
    ConfigWatch? watch,
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
        using var stopReloading = new CancellationTokenSource();

        var stopping = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        var storing = queue.RunAsync(stopStoring.Token);
        var delivering = link.RunAsync(stopDelivering.Token);
        var sampling = sampler.RunAsync(stopSampling.Token);
        var answering = control.RunAsync(stopReporting.Token);
        reload.Done = () => systemd.Ready(reporter.Line());
        var showing = web?.RunAsync(stopReporting.Token) ?? stopping;
        var measuring = measurements.RunAsync(stopReporting.Token);
        var reporting = reporter.RunAsync(stopReporting.Token);
        var reloading = reload.RunAsync(stopReloading.Token);
        var watching = watch?.RunAsync(stopReloading.Token) ?? stopping;

        // Last, because who is told of it may ask every one of them at once.
        reload.Done();

        (string Name, Task Task)[] stages =
        [
            ("the store", storing),
            ("the uplink", delivering),
            ("the sampler", sampling),
            ("the status page", showing),
            ("the measuring", measuring),
            ("the reporter", reporting),
            ("the reload", reloading),
            ("the watch", watching),
        ];
        var first = await Task.WhenAny([stopping, .. stages.Select(stage => stage.Task)]);
        var isClean = first == stopping;
        if (!isClean)
        {
            var (name, task) = stages.First(stage => stage.Task == first);
            Log.StageDied(log, task.Exception?.GetBaseException(), name);
        }

        systemd.Stopping();
        isClean &= await EndAsync(stopReloading, Task.WhenAll(reloading, watch is null ? Task.CompletedTask : watching), "the reload");
        isClean &= await EndAsync(stopSampling, sampling, "the sampler");
        isClean &= await EndAsync(stopDelivering, delivering, "the uplink");
        isClean &= await EndAsync(stopStoring, storing, "the store");
        isClean &= await EndAsync(stopReporting, Task.WhenAll(answering, web is null ? Task.CompletedTask : showing, measuring, reporting), "the reporter");
        var end = queue.Snapshot();
        Log.Stopped(log, end.Accepted, end.Acknowledged, end.Depth);
        return isClean;
    }

    /// <summary>Stops one stage and waits for it. A stage that dies while stopping must not keep the next from being stopped.</summary>
    private async Task<bool> EndAsync(CancellationTokenSource stop, Task stage, string name)
    {
        await stop.CancelAsync();
        await stage.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stage.IsFaulted)
        {
            Log.StageDied(log, stage.Exception.GetBaseException(), name);
        }

        return !stage.IsFaulted;
    }
}
