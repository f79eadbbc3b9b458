namespace EdgeAgent.EndToEnd.Harness;

/// <summary>The Debian package that ./dev test has built for this machine.</summary>
internal static class Package
{
    private static string Folder { get; } = Repository.PathOf("artifacts/deb");

    public static string Path { get; } = PathFor("amd64");

    /// <summary>Why there is none to test; null where there is one.</summary>
    public static string? Obstacle => Path.Length > 0 ? null : "there is no package in artifacts/deb; ./dev test builds one on amd64, as does ./dev deb";

    /// <summary>The package for an architecture by Debian's name, or nothing where it was not built.</summary>
    public static string PathFor(string architecture) => Directory.Exists(Folder)
        ? Directory.GetFiles(Folder, $"edgeagent_*_{architecture}.deb").Order(StringComparer.Ordinal).LastOrDefault(string.Empty)
        : string.Empty;

    /// <summary>Copies the package into a folder as current.deb, and beside it the same with a higher version as newer.deb.</summary>
    public static async Task PutAsync(TemporaryFolder folder)
    {
        File.Copy(Path, folder["current.deb"]);
        var newer = await ChildProcess.RunAsync(
            "sh",
            "-ec",
            $"""
            dpkg-deb --raw-extract '{Path}' '{folder["newer"]}'
            sed -i -E 's/^Version: .*/&+newer/' '{folder["newer"]}/DEBIAN/control'
            dpkg-deb --root-owner-group -Znone --build '{folder["newer"]}' '{folder["newer.deb"]}'
            """);
        Assert.True(newer.ExitCode == 0, newer.Errors);
    }
}
