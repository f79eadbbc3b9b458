using EdgeAgent.Configuration;
using EdgeAgent.Sensors;
using EdgeAgent.Tests.Configuration;

namespace EdgeAgent.Tests.Sensors;

/// <summary>What config/examples shows is what the reader takes.</summary>
public sealed class ExamplesTests
{
    public static TheoryData<string> Files { get; } = [.. All().Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_example_reads_without_a_problem(string file) => Assert.NotNull(Read(Path.Combine(Folder, file)));

    [Fact]
    public void Every_kind_has_an_example() =>
        Assert.Empty(SensorCatalog.Kinds.Select(kind => kind.Name).Except(All().SelectMany(path => Read(path).Sensors).Select(sensor => sensor.Type)));

    [Fact]
    public void Every_kind_has_its_section_in_the_manual()
    {
        var manual = RepositoryFile.Read("docs/sensors.md");

        Assert.All(SensorCatalog.Kinds, kind => Assert.Contains($"\n## {kind.Name}\n", manual, StringComparison.Ordinal));
        Assert.All(
            SensorCatalog.Kinds.SelectMany(kind => kind.Keys).Concat(SensorCatalog.CommonKeys),
            key => Assert.Contains($"`{key.Name}`", manual, StringComparison.Ordinal));
    }

    private static string Folder => RepositoryFile.PathOf("config/examples");

    private static string[] All() => Directory.GetFiles(Folder, "*.yaml");

    private static AgentConfig Read(string path)
    {
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", File.ReadAllText(path));
        var reading = ConfigReader.Read(folder.Main, ConfigSchema.Full, folder.Environment);
        Assert.True(reading.Problems.All(problem => problem.Severity != Severity.Error), ProblemText.Render(reading.Problems));
        return reading.Config!;
    }
}
