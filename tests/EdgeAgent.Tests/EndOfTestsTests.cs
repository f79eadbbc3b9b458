using System.Reflection;

namespace EdgeAgent.Tests;

/// <summary>
/// xunit 2 knows <see cref="IDisposable"/> and <see cref="IAsyncLifetime"/>, and passes over <see cref="IAsyncDisposable"/> without a
/// word: agents, brokers and threads of tests that had ended long ago went on and spoke to the brokers of later ones.
/// </summary>
public sealed class EndOfTestsTests
{
    [Fact]
    public void Every_test_class_that_has_something_to_dispose_of_asynchronously_is_disposed_of()
    {
        var forgotten = typeof(EndOfTestsTests).Assembly.GetTypes()
            .Where(static type => type.GetMethods().Any(static method => method.GetCustomAttributes<FactAttribute>().Any()))
            .Where(static type => type.IsAssignableTo(typeof(IAsyncDisposable)) && !type.IsAssignableTo(typeof(IAsyncLifetime)));

        Assert.Empty(forgotten.Select(static type => type.FullName));
    }
}
