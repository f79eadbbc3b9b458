using System.Text;
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

    [Theory]
    [InlineData("run", "--config")]
    [InlineData("check", "--config")]
    [InlineData("check", "-c")]
    [InlineData("config", "show", "--config")]
    [InlineData("test", "--config")]
    [InlineData("connect", "--config")]
    [InlineData("queue", "ls", "--config")]
    [InlineData("status", "--control")]
    public async Task An_empty_path_is_a_wrong_command_line(params string[] words)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync([.. words, ""]));
        Assert.Contains("takes a path, not nothing.", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_is_one_line_and_ends_with_74()
    {
        await using var full = new FullDisk();

        Assert.Equal(ExitCode.InputOutput, await CommandLine.RunAsync(["--version"], full, _errors));
        Assert.Equal("edgeagent: 'edgeagent' broke off: No space left on device\n", _errors.ToString());
    }

    [Fact]
    public async Task Where_not_even_the_complaint_can_be_written_the_exit_code_tells()
    {
        await using var full = new FullDisk();

        Assert.Equal(ExitCode.InputOutput, await CommandLine.RunAsync(["--version"], full, full));
        Assert.Equal(ExitCode.InputOutput, await CommandLine.RunAsync(["dance"], full, full));
    }

    [Fact]
    public void A_fault_of_the_program_is_one_line_that_says_what_to_report()
    {
        Assert.Equal(ExitCode.Internal, Failure.Write(new InvalidOperationException("lines\nof words"), "edgeagent check", _errors));
        Assert.Equal("edgeagent: a fault in 'edgeagent check': InvalidOperationException: lines of words Please report it with this line and the output of 'edgeagent version'.\n", _errors.ToString());
    }

    [Fact]
    public void A_right_that_is_missing_ends_with_77()
    {
        Assert.Equal(ExitCode.Permission, Failure.Write(new UnauthorizedAccessException("no"), "edgeagent check", _errors));
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }

    private Task<int> RunAsync(string[] arguments) => CommandLine.RunAsync(arguments, _output, _errors);
}
