using System.Collections.Immutable;
using System.Globalization;

namespace EdgeAgent.Configuration;

/// <summary>Which files a configuration consists of: the main file, and conf.d/*.yaml beside it.</summary>
internal static class ConfigFiles
{
    private const string DropInFolder = "conf.d";

    /// <summary>The files in the order in which they are read: the main file, then conf.d by name, byte by byte.</summary>
    public static ImmutableArray<string> Find(string path, ReadScope scope)
    {
        var folder = DropInsOf(path);
        if (!Directory.Exists(folder))
        {
            return [path];
        }

        try
        {
            var names = Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Where(name => name[0] != '.').Order(StringComparer.Ordinal).ToArray();
            foreach (var name in names.Where(name => name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)))
            {
                scope.Problems.Add(new Problem(Severity.Warning, "is not read: its name does not end in .yaml") { File = Path.Combine(folder, name), Hint = $"rename it to {Path.ChangeExtension(name, ".yaml")}" });
            }

            return [path, .. names.Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)).Select(name => Path.Combine(folder, name))];
        }
        catch (UnauthorizedAccessException)
        {
            scope.Problems.Add(new Problem(Severity.Error, "may not be listed by this user") { File = folder, IsPermission = true, Hint = "run as root (sudo), or as a member of the folder's group" });
            return [path];
        }
    }

    /// <summary>A text that is another one whenever a file of the configuration or its secrets is written, added or removed.</summary>
    public static string Stamp(string path)
    {
        var folder = new DirectoryInfo(DropInsOf(path));
        try
        {
            FileInfo[] files = [new(path), new(Beside(path, "secrets.yaml")), .. folder.Exists ? folder.GetFiles("*.yaml").OrderBy(file => file.Name, StringComparer.Ordinal) : Enumerable.Empty<FileInfo>()];
            return string.Join('\n', files.Where(file => file.Exists).Select(Target).Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It vanished while we looked, or may not be listed: the next look tells.
            return exception.Message;
        }

        // A link has a date of its own, which says nothing of the file behind it.
        static FileInfo Target(FileInfo file) => (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
    }

    /// <summary>The folder of further files, which need not be there.</summary>
    public static string DropInsOf(string path) => Beside(path, DropInFolder);

    /// <summary>A file in the folder of the main file, named as the user named that one.</summary>
    public static string Beside(string path, string name) => Path.Combine(Path.GetDirectoryName(path) ?? "", name);
}
