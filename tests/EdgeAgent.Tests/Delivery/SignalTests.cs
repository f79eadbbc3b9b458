using EdgeAgent.Delivery;

namespace EdgeAgent.Tests.Delivery;

public sealed class SignalTests
{
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    [Fact]
    public void A_set_before_the_wait_is_remembered_once()
    {
        var signal = new Signal();
        signal.Set();
        signal.Set();

        Assert.True(signal.WaitAsync().AsTask().IsCompleted);
        Assert.False(signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_set_wakes_the_waiter()
    {
        var signal = new Signal();
        var wait = signal.WaitAsync().AsTask();
        Assert.False(wait.IsCompleted);

        signal.Set();

        await wait.WaitAsync(Deadline);
    }

    [Fact]
    public async Task No_set_is_lost_between_many_setters_and_one_waiter()
    {
        const int Setters = 4;
        const int Sets = 20_000;
        var signal = new Signal();
        var count = 0;
        var setters = Enumerable.Range(0, Setters).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Sets; i++)
            {
                _ = Interlocked.Increment(ref count);
                signal.Set();
            }
        })).ToArray();

        var waiter = Task.Run(async () =>
        {
            while (Volatile.Read(ref count) < Setters * Sets)
            {
                await signal.WaitAsync();
            }
        });

        await Task.WhenAll([.. setters, waiter]).WaitAsync(Deadline);
    }
}
