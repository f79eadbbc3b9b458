using System.Runtime.CompilerServices;

namespace EdgeAgent.Tests.Configuration;

/// <summary>Finds files of the repository from where this file was compiled.</summary>
internal static class RepositoryFile
{
    public static string PathOf(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", name));

    public static string Read(string name) => File.ReadAllText(PathOf(name));
}
