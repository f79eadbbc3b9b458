using System.Reflection;

namespace EdgeAgent.Tests;

public sealed class TestsWithAnEndTests
{
    [Fact]
    public void Every_test_class_with_something_to_dispose_of_asynchronously_is_disposed_of()
    {
        var forgotten = typeof(TestsWithAnEnd).Assembly.GetTypes()
            .Where(static type => type.GetMethods().Any(static method => method.GetCustomAttributes<FactAttribute>().Any()))
            .Where(static type => type.IsAssignableTo(typeof(IAsyncDisposable)) && !type.IsAssignableTo(typeof(IAsyncLifetime)));

        Assert.Empty(forgotten.Select(static type => type.FullName));
    }
}
