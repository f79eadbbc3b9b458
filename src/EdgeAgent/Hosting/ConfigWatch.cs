namespace EdgeAgent.Hosting;

/// <summary>
/// Tells when the files of the configuration have changed and have then been left alone for a moment: an editor may write in steps,
/// and half a file is no configuration. It looks at dates and sizes, because notifications do not come from every file system.
/// </summary>
/// <param name="known">The stamp from before the files were read: what is saved while the agent starts counts too.</param>
/// <param name="stamp">A text that changes with the files.</param>
/// <param name="changed">Called once for each change.</param>
/// <param name="time">Runs the looks.</param>
internal sealed class ConfigWatch(string known, Func<string> stamp, Action changed, TimeProvider time)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        var (applied, latest) = (known, known);
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = stamp();
                if (now != applied && now == latest)
                {
                    applied = now;
                    changed();
                }

                latest = now;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
