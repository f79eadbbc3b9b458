using System.Runtime.CompilerServices;

namespace EdgeAgent.Tests;

/// <summary>Finds files of the repository from where this file was compiled.</summary>
internal static class RepositoryFile
{
    public static string PathOf(string name) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", name));

    public static string Read(string name) => File.ReadAllText(PathOf(name));

    private static string Here([CallerFilePath] string path = "") => path;
}
