using System.ComponentModel;
using System.Runtime.InteropServices;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>
/// A small ext4 of a test's own, on a loop device over an image in memory, whose power can be cut: what was not synced is lost, and every call
/// fails, as <c>xfs_io -x -c shutdown</c> does it. Gone when disposed.
/// </summary>
internal sealed partial class CuttableDisk : IAsyncDisposable
{
    /// <summary>EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), of fs/ext4/ext4.h.</summary>
    private const nuint ShutDown = 0x8004587D;

    private readonly string _folder;
    private string _image;
    private int _cuts;
    private bool _isMounted;

    private CuttableDisk(string folder)
    {
        _folder = folder;
        _image = Path.Combine(folder, "image");
        Root = Path.Combine(folder, "disk");
    }

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    /// <summary>Makes one and mounts it; null, with the reason, where this machine cannot.</summary>
    /// <param name="mebibytes">Its size.</param>
    public static async Task<(CuttableDisk? Disk, string? Obstacle)> TryMakeAsync(int mebibytes)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "needs root, to mount a file system of its own; CI runs as root");
        }

        // In memory where that can be: how long a sync takes must not depend on what else the machine does.
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var disk = new CuttableDisk(Directory.CreateDirectory(Path.Combine(parent, $"edgeagent-{Path.GetRandomFileName()}")).FullName);
        Directory.CreateDirectory(disk.Root);
        await using (var image = new FileStream(disk._image, FileMode.CreateNew))
        {
            image.SetLength((long)mebibytes << 20);
        }

        var problem = await RunAsync("mkfs.ext4", "-q", "-F", "-m0", "-b4096", disk._image) ?? await disk.TryMountAsync();
        if (problem is not null)
        {
            await disk.DisposeAsync();
            return (null, $"needs ext4 on a loop device, which this machine does not give: {problem}");
        }

        return (disk, null);
    }

    /// <summary>The power is gone. Comes back when it is.</summary>
    /// <param name="flushesJournal">Whether the journal reaches the disk first, as when a commit of it had just ended.</param>
    public void Cut(bool flushesJournal)
    {
        using var root = new DirectoryHandle(Root);
        var how = flushesJournal ? 1u : 2u;
        if (Control(root.Descriptor, ShutDown, ref how) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "the file system cannot be shut down");
        }
    }

    /// <summary>The kernel finds an error on it, and from then on lets nobody write.</summary>
    public void FindError()
    {
        var device = File.ReadLines("/proc/mounts").Select(static line => line.Split(' ')).First(words => words[1] == Root)[0];
        File.WriteAllText($"/sys/fs/ext4/{Path.GetFileName(device)}/trigger_fs_error", "1");
    }

    /// <summary>It is whole again, as after a start of the machine. Nobody may hold a file on it open for longer than a moment.</summary>
    public async Task RemountAsync()
    {
        await UnmountAsync();

        // A container that starts at this moment takes a copy of every mount with it, and keeps the failed file system alive: the next mount of the same
        // image would be that one. What the image holds now is what the disk held.
        var image = Path.Combine(_folder, $"image{++_cuts}");
        File.Move(_image, image + ".cut");
        File.Copy(image + ".cut", image);
        File.Delete(image + ".cut");
        _image = image;
        if (await TryMountAsync() is { } problem)
        {
            throw new InvalidOperationException($"the file system cannot be mounted again: {problem}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await UnmountAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> TryMountAsync()
    {
        var problem = await RunAsync("mount", "-o", "loop,errors=remount-ro", _image, Root);
        _isMounted = problem is null;
        return problem;
    }

    private async Task UnmountAsync()
    {
        if (_isMounted)
        {
            _isMounted = false;
            string? problem = null;
            for (var attempt = 0; attempt < 100 && (problem = await RunAsync("umount", Root)) is not null; attempt++)
            {
                // An agent that tries to open its file again and again holds it for moments. The kernel tells nobody that a mount is no longer busy.
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            if (problem is not null)
            {
                throw new InvalidOperationException($"the file system cannot be unmounted: {problem}");
            }
        }
    }

    /// <summary>Runs a program; what it complained of, or null where it succeeded.</summary>
    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, errors) = await ChildProcess.RunAsync(program, arguments);
        return exitCode == 0 ? null : $"{program} {string.Join(' ', arguments)}: {errors} {output}";
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Control(int descriptor, nuint request, ref uint argument);

    /// <summary>A directory, open: .NET opens none.</summary>
    private sealed partial class DirectoryHandle : IDisposable
    {
        private const int CloseOnExecute = 0x80000;

        public DirectoryHandle(string path)
        {
            Descriptor = Open(path, CloseOnExecute);
            if (Descriptor < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }

        public int Descriptor { get; }

        public void Dispose() => _ = Close(Descriptor);

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial int Close(int descriptor);
    }
}
