namespace EdgeAgent.Configuration;

/// <summary>
/// Who must be able to read the files of a configuration: the user of the service, which is not the root who writes and checks them.
/// That user is in the group of the main file, or of its folder where the main file is root's alone.
/// </summary>
/// <param name="main">The main file.</param>
/// <param name="environment">Who reads now.</param>
internal sealed class FileReaders(string main, ConfigEnvironment environment)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(main)) ?? "/";

    /// <summary>What to type so that the service can read a file, and not everyone.</summary>
    public string Hint(string path)
    {
        var close = $"chmod {(Directory.Exists(path) ? "750" : "640")} {path}";
        var reference = Reference() ?? main;
        return reference == path ? close : $"chown --reference={reference} {path} && {close}";
    }

    /// <summary>The problem as it helps where it is met: the service cannot become root.</summary>
    public Problem Advise(Problem problem) => problem.IsPermission && environment.IsAgent ? problem with { Hint = Hint(problem.File) } : problem;

    /// <summary>Finds a file that root reads now, and that the service may not.</summary>
    /// <returns>What is wrong; null where nothing is, and where that is not known.</returns>
    public string? FindProblem(string path)
    {
        if (!environment.IsRoot || environment.IsAgent || Reference() is not { } reference || environment.RightsOf(path) is not { } rights)
        {
            return null;
        }

        var mayRead = rights.Mode.HasFlag(UnixFileMode.OtherRead)
            || (rights.Group == environment.RightsOf(reference)!.Group && rights.Mode.HasFlag(UnixFileMode.GroupRead))
            // An owner other than root may be that user itself.
            || (rights.User != 0 && rights.Mode.HasFlag(UnixFileMode.UserRead));
        return mayRead ? null : $"the service may not read this {(Directory.Exists(path) ? "folder" : "file")}: its group is not that of {reference}";
    }

    /// <summary>Reports the files that keep the service from its start.</summary>
    public void Check(IEnumerable<string> paths, ReadScope scope)
    {
        foreach (var path in paths)
        {
            if (FindProblem(path) is { } problem)
            {
                scope.Problems.Add(new Problem(Severity.Error, problem) { File = path, Hint = Hint(path) });
            }
        }
    }

    /// <summary>The file or folder whose group is the service's; null where all is root's.</summary>
    private string? Reference() => new[] { main, _folder }.FirstOrDefault(path =>
        environment.RightsOf(path) is { Group: not 0 } rights && rights.Mode.HasFlag(UnixFileMode.GroupRead));
}
