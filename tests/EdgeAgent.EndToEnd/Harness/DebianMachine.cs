namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// A Debian that has booted systemd, with a network of its own, over a root that it cannot change; gone when disposed. The folder
/// of the packages is at /packages.
/// </summary>
internal sealed class DebianMachine : IAsyncDisposable
{
    private readonly ChildProcess _nspawn;
    private readonly int _leader;

    private DebianMachine(ChildProcess nspawn, int leader) => (_nspawn, _leader) = (nspawn, leader);

    /// <summary>Boots one; null where systemd does not come up in a container on this machine.</summary>
    public static async Task<DebianMachine?> BootAsync(string packages)
    {
        var nspawn = ChildProcess.Start(
            "systemd-nspawn",
            [
                "--quiet", "--boot", "--directory", await DebianRoot.PathAsync(), "--volatile=overlay", "--private-network",
                "--register=no", "--keep-unit", "--console=pipe", $"--bind-ro={packages}:/packages",
            ]);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!deadline.IsCancellationRequested && !nspawn.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
            var children = await File.ReadAllTextAsync($"/proc/{nspawn.Id}/task/{nspawn.Id}/children", CancellationToken.None);
            if (!int.TryParse(children.Split(' ')[0], out var leader))
            {
                continue;
            }

            var machine = new DebianMachine(nspawn, leader);
            if ((await machine.RunAsync("systemctl is-system-running")).Output is "running" or "degraded")
            {
                return machine;
            }
        }

        await nspawn.DisposeAsync();
        return null;
    }

    /// <summary>Where a file of it can be reached from outside.</summary>
    public string PathOf(string path) => $"/proc/{_leader}/root{path}";

    /// <summary>Runs a shell command in it, to its end.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(string command) => ChildProcess.RunAsync(
        "nsenter", "--target", $"{_leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd=/", "--",
        "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "sh", "-c", command);

    /// <summary>Runs a shell command in it that must succeed; gives its output.</summary>
    public async Task<string> MustAsync(string command)
    {
        var (exitCode, output, errors) = await RunAsync(command);
        Assert.True(exitCode == 0, $"{command}\nexit code {exitCode}\n{output}\n{errors}\n{await JournalAsync()}");
        return output;
    }

    /// <summary>Repeats a shell command until its output is as wanted; gives the output.</summary>
    public async Task<string> WhenAsync(string command, Func<string, bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Feed<string>.Patience);
        var output = string.Empty;
        while (!deadline.IsCancellationRequested)
        {
            output = (await RunAsync(command)).Output;
            if (condition(output))
            {
                return output;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"waited in vain for {what}; {command} gave last:\n{output}\n{await JournalAsync()}");
    }

    /// <summary>The last that the service and systemd said of it.</summary>
    public async Task<string> JournalAsync() => (await RunAsync("journalctl --unit=edgeagent --no-pager --lines=100")).Output;

    public async ValueTask DisposeAsync()
    {
        // The second signal ends it at once, without waiting for a clean shutdown.
        _nspawn.Send(ProcessSignal.Terminate);
        _nspawn.Send(ProcessSignal.Terminate);
        await _nspawn.WhenExitedAsync();
        await _nspawn.DisposeAsync();
    }
}
