namespace EdgeAgent.EndToEnd.Harness;

/// <summary>An ext4 on a loop device that can be frozen (fsfreeze(8)): whoever writes to it then hangs in the kernel, as with a dying card.</summary>
internal sealed class FreezableDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private bool _isFrozen;

    private FreezableDisk(TemporaryFolder folder) => _folder = folder;

    public string Path => _folder["disk"];

    /// <summary>Makes and mounts one; null, and the reason, where that is not possible here.</summary>
    public static async Task<(FreezableDisk? Disk, string? Obstacle)> TryMakeAsync(TemporaryFolder folder)
    {
        if (Environment.UserName != "root")
        {
            return (null, "mounting needs root");
        }

        var disk = new FreezableDisk(folder);
        _ = Directory.CreateDirectory(disk.Path);
        string[][] steps = [["truncate", "-s", "64M", folder["image"]], ["mkfs.ext4", "-q", folder["image"]], ["mount", "-o", "loop", folder["image"], disk.Path]];
        foreach (var step in steps)
        {
            var run = await ChildProcess.RunAsync(step[0], step[1..]);
            if (run.ExitCode != 0)
            {
                return (null, $"{step[0]} does not work here: {run.Errors.Trim()}");
            }
        }

        return (disk, null);
    }

    public async Task FreezeAsync()
    {
        _isFrozen = (await ChildProcess.RunAsync("fsfreeze", "--freeze", Path)).ExitCode == 0;
        if (!_isFrozen)
        {
            throw new InvalidOperationException("the disk could not be frozen");
        }
    }

    public async Task ThawAsync()
    {
        if (_isFrozen)
        {
            _isFrozen = false;
            _ = await ChildProcess.RunAsync("fsfreeze", "--unfreeze", Path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        _ = await ChildProcess.RunAsync("umount", Path);
    }
}
