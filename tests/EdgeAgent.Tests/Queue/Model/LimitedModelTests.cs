using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Queue;

/// <summary>Random lives of a queue with limits, dead letters, purges and a clock that jumps: whatever is not delivered is accounted for.</summary>
public sealed class LimitedModelTests
{
    private const int Steps = 300;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 9).Select(static i => i * 104_729), Environment.TickCount & int.MaxValue];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_message_is_delivered_or_kept_as_a_dead_letter_or_told_on_the_ledger(int seed)
    {
        var life = new LimitedLife(seed, (WhenFull)(seed % 3));
        try
        {
            await life.LiveAsync(Steps);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}, step {life.Step}: {exception.Message}", exception);
        }
        finally
        {
            await life.Rig.DisposeAsync();
        }
    }
}
