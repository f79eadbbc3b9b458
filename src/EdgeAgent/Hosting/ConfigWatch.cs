namespace EdgeAgent.Hosting;

/// <summary>
/// Tells when the files of the configuration have changed and have then been left alone for a moment: an editor may write in steps,
/// and half a file is no configuration. It looks at dates and sizes, because notifications do not come from every file system.
/// </summary>
/// <param name="stamp">A text that changes with the files.</param>
/// <param name="changed">Called once for each change.</param>
/// <param name="time">Runs the looks.</param>
internal sealed class ConfigWatch(Func<string> stamp, Action changed, TimeProvider time)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        var (known, latest) = (stamp(), (string?)null);
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = stamp();
                if (now != known && now == latest)
                {
                    known = now;
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
