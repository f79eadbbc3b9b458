namespace EdgeAgent.Tests;

/// <summary>
/// Test classes with something to dispose of asynchronously. xunit 2 knows <see cref="IDisposable"/> and <see cref="IAsyncLifetime"/>, and
/// passes over <see cref="IAsyncDisposable"/> without a word: agents and brokers of tests that had ended long ago went on and spoke to
/// the brokers of later ones.
/// </summary>
public abstract class TestsWithAnEnd : IAsyncLifetime, IAsyncDisposable
{
    public Task InitializeAsync() => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
