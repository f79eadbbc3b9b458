using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

/// <summary>A temporary folder with configuration files, and an environment in which nothing of this machine shows.</summary>
internal sealed class ConfigFolder : IDisposable
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    private readonly Dictionary<string, FileRights> _rights = new(StringComparer.Ordinal);

    public ConfigFolder()
    {
        Directory.CreateDirectory(Root);
        Write("machine-id", "0123456789abcdef0123456789abcdef\n");
    }

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"edgeagent-config-{Guid.NewGuid():N}");

    public string Main => this["edgeagent.yaml"];

    public string this[string name] => Path.Combine(Root, name);

    public ConfigEnvironment Environment => new()
    {
        HostName = "pi",
        MachineIdPath = this["machine-id"],
        GetVariable = name => _variables.GetValueOrDefault(name),
        IsAgent = IsAgent,
        IsRoot = IsRoot,
        Service = IsPackaged ? new(Main, this["default"], this["service-credentials"]) : null,
        RightsOf = path => _rights.GetValueOrDefault(path) ?? FileRights.Of(path),
    };

    /// <summary>Whether the agent itself reads; otherwise a command beside it.</summary>
    public bool IsAgent { get; set; }

    /// <summary>Whether the main file is that of the package.</summary>
    public bool IsPackaged { get; set; }

    /// <summary>Whether root reads.</summary>
    public bool IsRoot { get; set; }

    /// <summary>Lets a file seem to belong to others.</summary>
    public void Own(string name, uint user, uint group, int mode) => _rights[this[name]] = new FileRights(user, group, (UnixFileMode)mode);

    public void Set(string variable, string value) => _variables[variable] = value;

    public string Write(string name, string text, int mode = 0b110_100_000)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Chmod(path, mode);
        return path;
    }

    public static void Chmod(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }
    }

    public ConfigReading Read() => ConfigReader.Read(Main, SampleKinds.Schema, Environment);

    /// <summary>Writes the main file and reads it.</summary>
    public ConfigReading Read(string text)
    {
        Write("edgeagent.yaml", text);
        return Read();
    }

    /// <summary>The configuration in a text that must be without an error.</summary>
    public static AgentConfig ReadGood(string text)
    {
        using var folder = new ConfigFolder();
        var reading = folder.Read(text);
        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));
        return reading.Config;
    }

    /// <summary>The problems of a text, one line each, without the path.</summary>
    public static string[] Problems(string text)
    {
        using var folder = new ConfigFolder();
        return folder.Lines(folder.Read(text));
    }

    /// <summary>The problems, one line each, without the folder.</summary>
    public string[] Lines(ConfigReading reading) =>
        [.. reading.Problems.Select(problem => ProblemText.Line(problem).Replace(Root + "/", "", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
