using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Tests.Configuration;

public sealed class ProblemTextTests
{
    [Fact]
    public void A_problem_shows_its_place_the_lines_around_and_a_hint()
    {
        var source = new SourceFile("/etc/edge.yaml", "sensors:\n  - type: ds18b20\n    intervall: 10s\n    id: x\n");
        var problem = new Problem(Severity.Error, "unknown key 'intervall'") { File = source.Path, Span = new SourceSpan(source, 31, 9), Hint = "did you mean 'interval'?" };

        Assert.Equal(
            """
            /etc/edge.yaml:3:5: error: unknown key 'intervall'
                1 | sensors:
                2 |   - type: ds18b20
                3 |     intervall: 10s
                  |     ^^^^^^^^^
               hint: did you mean 'interval'?
            1 error, 0 warnings

            """,
            ProblemText.Render([problem]));
    }

    [Fact]
    public void The_caret_stands_under_its_letter_behind_wide_letters()
    {
        var source = new SourceFile("f", "aé\U0001F600: bad\n");

        Assert.Contains("\n      |      ^^^\n", ProblemText.Render([At(source, 6, 3)]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_steer_a_terminal_is_not_shown()
    {
        var source = new SourceFile("f\u001b[2J", "a: \u001b[31m\u202Ex\n");

        var text = ProblemText.Render([At(source, 3, 4) with { Message = "got \"\u001b[31m\"", Hint = "\u0007" }]);

        Assert.DoesNotContain(text, letter => letter is '\u001b' or '\u0007' or '\u202E');
    }

    [Fact]
    public void A_long_line_is_shown_around_its_place()
    {
        var source = new SourceFile("f", new string('a', 5000) + "X" + new string('b', 5000));

        var lines = ProblemText.Render([At(source, 5000, 1)]).Split('\n');

        Assert.All(lines, line => Assert.InRange(line.Length, 0, 130));
        Assert.Equal(lines[1].IndexOf('X', StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(99)]
    public void A_place_at_the_end_or_beyond_can_be_shown(int offset) =>
        Assert.Contains("^", ProblemText.Render([At(new SourceFile("f", "a:\n\n"), offset, 50)]), StringComparison.Ordinal);

    [Fact]
    public void Json_says_the_same()
    {
        var source = new SourceFile("f", "a: 1\nb: \"x\ny\"\n");
        using var json = JsonDocument.Parse(ConfigReport.Json(new ConfigReading(null, [At(source, 8, 5)], KeyValues.Empty), isOk: false));

        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal((1, 0), (json.RootElement.GetProperty("errors").GetInt32(), json.RootElement.GetProperty("warnings").GetInt32()));
        var problem = json.RootElement.GetProperty("problems")[0];
        Assert.Equal(
            ("error", "f", 2, 4, 3, 3, "wrong"),
            (problem.GetProperty("severity").GetString(), problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32(), problem.GetProperty("endLine").GetInt32(), problem.GetProperty("endColumn").GetInt32(), problem.GetProperty("message").GetString()));
    }

    private static Problem At(SourceFile source, int offset, int length) =>
        new(Severity.Error, "wrong") { File = source.Path, Span = new SourceSpan(source, offset, length) };
}
