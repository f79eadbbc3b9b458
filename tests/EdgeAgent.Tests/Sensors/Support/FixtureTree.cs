namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A tree of files in a temporary folder, as /sys, /proc and /dev have them; gone with its test.</summary>
internal sealed class FixtureTree : IDisposable
{
    /// <summary>A link to it reads as EIO, as a device does that is in trouble: nothing is mapped at address 0.</summary>
    public const string InputOutputError = "/proc/self/mem";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgeagent-tree-");

    public string Root => _folder.FullName;

    public string Path(string relative) => System.IO.Path.Combine(Root, relative);

    /// <summary>Writes a file, and the folders above it.</summary>
    public FixtureTree With(string relative, string content)
    {
        var path = Path(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    /// <summary>Lets the owner run it.</summary>
    public void MakeExecutable(string relative)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path(relative), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes a link, as the entries of a bus are.</summary>
    public FixtureTree WithLink(string relative, string target)
    {
        var path = Path(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
