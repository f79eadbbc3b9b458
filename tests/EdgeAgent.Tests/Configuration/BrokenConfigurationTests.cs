using System.Runtime.CompilerServices;
using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

/// <summary>
/// Every configuration in Broken is refused with exactly the text in its .expected, in which DIR stands for its folder. A
/// case is one file, or a folder with an edgeagent.yaml and whatever belongs to it. With APPROVE=1 in the environment the texts
/// are written anew, to be read by a person before they are committed.
/// </summary>
public sealed class BrokenConfigurationTests
{
    private static readonly string Cases = Path.Combine(AppContext.BaseDirectory, "Configuration", "Broken");

    public static TheoryData<string> Names { get; } =
        [.. Directory.GetFiles(Cases, "*.expected").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_at_least_sixty() => Assert.InRange(Names.Count, 60, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_configuration_is_refused_with_exactly_its_text(string name)
    {
        using var folder = new ConfigFolder();
        folder.Set("EMPTY", "");
        folder.Set("PORT", "1883");
        Copy(Path.Combine(Cases, name), folder);

        var reading = folder.Read();

        var text = ProblemText.Render(reading.Problems).Replace(folder.Root, "DIR", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(Path.Combine(SourceFolder(), "Broken", $"{name}.expected"), text);
        }

        Assert.Null(reading.Config);
        Assert.Equal(78, reading.ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(Cases, $"{name}.expected")), text);
    }

    private static void Copy(string from, ConfigFolder folder)
    {
        if (File.Exists($"{from}.yaml"))
        {
            File.Copy($"{from}.yaml", folder.Main);
            ConfigFolder.Chmod(folder.Main, 0b110_100_000);
            return;
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            folder.Write(Path.GetRelativePath(from, file), File.ReadAllText(file), Path.GetFileName(file) == "world-readable.yaml" ? 0b110_100_100 : 0b110_100_000);
        }
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
