using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>Output that goes nowhere: a full disk is said and ends with 74, a reader that has seen enough is no failure.</summary>
public sealed class FullOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("check")]
    [InlineData("config show")]
    public Task What_a_full_disk_does_not_take_of_a_configuration_is_said_in_one_line(string command)
    {
        var path = _folder.Write("edgeagent.yaml", "sensors:\n  - {id: machine, type: system}\n");
        return IsSaidAsync(command, $"{command} --config {path}");
    }

    [Theory]
    [InlineData("config sample")]
    [InlineData("config schema")]
    [InlineData("version")]
    [InlineData("completions")]
    [InlineData("discover")]
    [InlineData("check")]
    public Task What_a_full_disk_does_not_take_is_said_in_one_line(string command) => IsSaidAsync(command, command switch
    {
        "completions" => "completions bash",
        "check" => "check --help",
        _ => command,
    });

    [Fact]
    public async Task A_reader_that_goes_after_the_first_line_is_no_failure()
    {
        var (exitCode, _, errors) = await ChildProcess.RunAsync("bash", "-c", $"set -o pipefail; {AgentProcess.Binary} config schema | head -n 1");

        Assert.Equal((0, ""), (exitCode, errors));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task IsSaidAsync(string command, string line)
    {
        var (exitCode, _, errors) = await ChildProcess.RunAsync("sh", "-c", $"{AgentProcess.Binary} {line} > /dev/full");

        Assert.Equal((74, $"edgeagent: 'edgeagent {command}' broke off: No space left on device"), (exitCode, errors));
    }
}
