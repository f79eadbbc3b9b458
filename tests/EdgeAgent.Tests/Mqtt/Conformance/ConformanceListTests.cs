using System.Reflection;
using System.Text.RegularExpressions;

namespace EdgeAgent.Tests.Mqtt.Conformance;

/// <summary>CONFORMANCE.md and the tests name the same things.</summary>
public sealed partial class ConformanceListTests
{
    [Fact]
    public void Every_test_is_listed_once_beside_its_own_statement_and_every_listed_test_exists()
    {
        var listed = Rows().Select(row => row.Groups["test"].Value).Order().ToList();
        var written = typeof(ConformanceTest).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ConformanceTest)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .Select(method => method.Name)
            .Order().ToList();
        Assert.Equal(written, listed);
        Assert.All(Rows(), row => Assert.Matches(
            $"^Mqtt(311)?_{row.Groups["statement"].Value.Replace('.', '_').Replace('-', '_')}_[a-z]", row.Groups["test"].Value));
    }

    private static List<Match> Rows() => [.. Row().Matches(RepositoryFile.Read("src/EdgeAgent.Mqtt/CONFORMANCE.md")).Cast<Match>()];

    [GeneratedRegex(@"^\| (?<statement>[\d.]+-\d+) \|.*\| `(?<test>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
