using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>
/// Every NAME.yaml in BrokenConfigurations is refused with exactly the messages of NAME.expected (in which FILE stands for the
/// path), by <c>check</c> and by <c>run</c>, before anything is opened. What is shown besides (the lines around, a hint that
/// lists all the keys there are) is left to the unit tests, because it changes with every new key.
/// </summary>
public sealed class BrokenConfigurationTests : IDisposable
{
    private static readonly string Cases = Path.Combine(AppContext.BaseDirectory, "BrokenConfigurations");
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names { get; } =
        [.. Directory.GetFiles(Cases, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_ten_broken_configurations() => Assert.InRange(Names.Count, 10, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_configuration_is_refused_with_its_message_and_line(string name)
    {
        var configuration = _folder.Write($"{name}.yaml", await File.ReadAllTextAsync(Path.Combine(Cases, $"{name}.yaml")));
        var expected = (await File.ReadAllTextAsync(Path.Combine(Cases, $"{name}.expected"))).TrimEnd().Replace("FILE", configuration, StringComparison.Ordinal);

        var check = await ChildProcess.RunAsync(AgentProcess.Binary, "check", "--config", configuration);
        var run = await ChildProcess.RunAsync(AgentProcess.Binary, "run", "--config", configuration, "--control", _folder["control.sock"]);

        Assert.Equal((78, expected), (check.ExitCode, Messages(check)));
        Assert.Equal((78, expected), (run.ExitCode, Messages(run)));
        Assert.Equal([configuration], Directory.GetFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private string Messages((int ExitCode, string Output, string Errors) run) => string.Join(
        '\n',
        $"{run.Output}\n{run.Errors}".Split('\n').Where(line => line.StartsWith(_folder.Path, StringComparison.Ordinal) || line.Contains(" warning", StringComparison.Ordinal)));
}
