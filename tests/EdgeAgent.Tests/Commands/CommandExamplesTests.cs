using System.CommandLine;
using EdgeAgent.Commands;
using EdgeAgent.Commands.Completions;

namespace EdgeAgent.Tests.Commands;

public sealed class CommandExamplesTests
{
    public static TheoryData<string> Commands => [.. CommandWalk.All(CommandLine.Create()).Select(found => found.Words)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_examples_and_they_are_right(string words)
    {
        var examples = CommandExamples.Of(words);

        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.StartsWith($"edgeagent {words}".TrimEnd(), example, StringComparison.Ordinal);
            var ours = example.Split(" > ")[0];
            var parsed = CommandLine.Create().Parse(ours["edgeagent ".Length..]);
            Assert.Empty(parsed.Errors);
            Assert.StartsWith(words, CommandExamples.WordsOf(parsed.CommandResult.Command), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_help_of_a_command_shows_them()
    {
        using var output = new StringWriter();

        CommandLine.Create().Parse("config show --help").Invoke(new InvocationConfiguration { Output = output });

        Assert.Contains("Examples:\n  edgeagent config show\n  edgeagent config show --json\n", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("statu", "Did you mean 'status'?", "See 'edgeagent --help'.")]
    [InlineData("status --jsn", "Did you mean '--json'?", "See 'edgeagent status --help'.")]
    [InlineData("config shwo", "Did you mean 'show'?", "See 'edgeagent config --help'.")]
    [InlineData("config sample ds18b2", "Did you mean 'ds18b20'?", "See 'edgeagent config sample --help'.")]
    [InlineData("completions tcsh", "'tcsh'", "See 'edgeagent completions --help'.")]
    public void A_wrong_command_line_ends_with_64_and_says_what_was_meant(string line, string hint, string end)
    {
        using var output = new StringWriter();
        var parsed = CommandLine.Create().Parse(line);

        Assert.NotEmpty(parsed.Errors);
        Assert.Equal(ExitCode.Usage, UsageError.Write(parsed, output));
        Assert.Contains(hint, output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(end + "\n", output.ToString(), StringComparison.Ordinal);
    }
}
