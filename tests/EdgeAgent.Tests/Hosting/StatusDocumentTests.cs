using System.Text.Json.Serialization.Metadata;
using EdgeAgent.Hosting;

namespace EdgeAgent.Tests.Hosting;

public sealed class StatusDocumentTests
{
    [Fact]
    public void Every_name_of_the_json_is_in_the_document()
    {
        var document = RepositoryFile.Read("docs/status.md");

        var names = Names(StatusJson.Default.AgentStatus).Concat(Names(StatusJson.Default.AgentHistory)).Distinct();

        Assert.DoesNotContain(names, name => !document.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(JsonTypeInfo type) => type.Properties.SelectMany(property =>
        StatusJson.Default.GetTypeInfo(property.PropertyType) is { } inner
            ? Names(inner.Kind == JsonTypeInfoKind.Enumerable ? StatusJson.Default.GetTypeInfo(inner.ElementType!)! : inner).Prepend(property.Name)
            : [property.Name]);
}
