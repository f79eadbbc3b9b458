using System.Diagnostics;
using System.Globalization;

namespace EdgeAgent.Benchmarks;

/// <summary>An ext4 of the benchmark's own on a loop device, whose statistics say what really goes to the device. Gone when disposed.</summary>
internal sealed class LoopDisk : IDisposable
{
    private const int SectorBytes = 512;
    private const long ImageBytes = 256 << 20;

    private readonly string _device;

    private LoopDisk(string device, string root) => (_device, Root) = (device, root);

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    /// <summary>Null, with the reason, where this machine does not let it be made.</summary>
    public static LoopDisk? TryMount(string folder, out string obstacle)
    {
        var image = Path.Combine(folder, "image");
        using (var file = new FileStream(image, FileMode.CreateNew))
        {
            file.SetLength(ImageBytes);
        }

        var root = Directory.CreateDirectory(Path.Combine(folder, "disk")).FullName;
        if (!TryRun(out var device, "losetup", "--find", "--show", image))
        {
            obstacle = $"no loop device: {device}";
            return null;
        }

        if (TryRun(out obstacle, "mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", device) && TryRun(out obstacle, "mount", device, root))
        {
            return new(device, root);
        }

        _ = TryRun(out _, "losetup", "--detach", device);
        return null;
    }

    /// <summary>Bytes written to the device since it was made, after everything has been (the seventh figure of its stat).</summary>
    public long BytesWritten()
    {
        if (!TryRun(out var problem, "sync", "--file-system", Root))
        {
            throw new IOException(problem);
        }

        var figures = File.ReadAllText($"/sys/block/{Path.GetFileName(_device)}/stat").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(figures[6], CultureInfo.InvariantCulture) * SectorBytes;
    }

    public void Dispose()
    {
        _ = TryRun(out _, "umount", Root);
        _ = TryRun(out _, "losetup", "--detach", _device);
    }

    /// <summary>Runs a program; its output, or where it failed what it says.</summary>
    private static bool TryRun(out string output, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            output = (process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd()).Trim();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            output = $"{program}: {missing.Message}";
            return false;
        }
    }
}
