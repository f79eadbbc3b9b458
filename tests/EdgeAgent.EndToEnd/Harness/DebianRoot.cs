using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// A minimal Debian of its own in a folder, made by debootstrap from the mirror that this machine's apt uses, and kept between
/// runs. Nobody changes it: machines and chroots lay a throw-away layer over it.
/// </summary>
internal static class DebianRoot
{
    private const string Cache = "/var/cache/edgeagent-tests";

    /// <summary>What the tests need inside; a change makes a new root.</summary>
    private static readonly string[] Packages =
    [
        "systemd", "systemd-sysv", "dbus", "init-system-helpers", "procps", "iproute2", "libssl3", "libstdc++6", "mosquitto", "mosquitto-clients",
    ];

    private static readonly Lazy<Task<string>> Made = new(MakeAsync);

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Obstacle => Environment.UserName != "root"
        ? "needs root, to make a Debian root and start a machine in it; CI runs as root"
        : RuntimeInformation.ProcessArchitecture != Architecture.X64
            ? "is written for amd64, the architecture that the package has been run on"
            : new[] { "debootstrap", "systemd-nspawn" }.FirstOrDefault(program => !IsInstalled(program)) is { } missing
                ? $"needs {missing}, which ./dev test installs on Debian"
                : null;

    /// <summary>The path of the root; makes it first, where it has not been made, which takes a minute.</summary>
    public static Task<string> PathAsync() => Made.Value;

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<string> MakeAsync()
    {
        var suite = (await ChildProcess.RunAsync("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME")).Output;
        var root = Path.Combine(Cache, $"{suite}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', Packages))))[..8]}");
        if (Directory.Exists(root))
        {
            return root;
        }

        var mirror = (await ChildProcess.RunAsync("sh", "-c", $"apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Codename: {suite}' | head -n 1")).Output;
        var unfinished = $"{root}.unfinished-{Environment.ProcessId}";
        Directory.CreateDirectory(Cache);
        await using var debootstrap = ChildProcess.Start(
            "debootstrap", ["--variant=minbase", $"--include={string.Join(',', Packages)}", suite, unfinished, mirror]);
        if (await debootstrap.WhenExitedAsync(TimeSpan.FromMinutes(10)) != 0)
        {
            throw new InvalidOperationException($"debootstrap failed:\n{string.Join('\n', debootstrap.Output.ToArray().TakeLast(20))}");
        }

        // The tests start their own, when they want it.
        await ChildProcess.RunAsync("systemctl", $"--root={unfinished}", "disable", "mosquitto.service");
        Directory.Move(unfinished, root);
        return root;
    }
}
