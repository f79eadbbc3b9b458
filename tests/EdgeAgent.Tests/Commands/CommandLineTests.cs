using EdgeAgent.Commands;
using EdgeAgent.Commands.Completions;

namespace EdgeAgent.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public static TheoryData<string> Commands => [.. CommandWalk.All(CommandLine.Create()).Select(static found => found.Words)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_gives_its_help_whatever_it_needs_to_run(string words)
    {
        var exitCode = await RunAsync([.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal((0, ""), (exitCode, _errors.ToString()));
        Assert.Contains($"Usage:\n  edgeagent {words}".TrimEnd(), _output.ToString().Replace("testhost", "edgeagent", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private Task<int> RunAsync(string[] arguments) => CommandLine.RunAsync(arguments, _output, _errors);
}
