using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>A small file system of a test's own, in memory, to be filled to the last byte. Gone when disposed.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string root) => Root = root;

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    private string Filler => Path.Combine(Root, "filler");

    /// <summary>Makes one and mounts it; null, with the reason, where this machine cannot.</summary>
    public static async Task<(SmallDisk? Disk, string? Obstacle)> TryMakeAsync(int mebibytes)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "needs root, to mount a file system of its own; CI runs as root");
        }

        var root = Directory.CreateTempSubdirectory("edgeagent-disk-").FullName;
        var (exitCode, _, errors) = await ChildProcess.RunAsync("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={mebibytes}m"), "tmpfs", root);
        return exitCode == 0 ? (new(root), null) : (null, $"needs a tmpfs of its own, which this machine does not give: {errors}");
    }

    /// <summary>Takes every byte that is free.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>A program that takes what becomes free, at once and again and again, until it is disposed.</summary>
    public ChildProcess LetAnotherProgramEat() => ChildProcess.Start("sh", ["-c", $"while :; do cat /dev/zero >>'{Filler}'; sleep 0.01; done 2>/dev/null"]);

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Filler);

    /// <summary>Nothing may be written any more. Only while nobody has a file open for writing.</summary>
    public async Task TurnReadOnlyAsync()
    {
        var (exitCode, _, errors) = await ChildProcess.RunAsync("mount", "-o", "remount,ro", Root);
        Assert.True(exitCode == 0, errors);
    }

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync("umount", Root);
        Directory.Delete(Root);
    }
}
