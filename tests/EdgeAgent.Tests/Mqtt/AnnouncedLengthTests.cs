namespace EdgeAgent.Tests.Mqtt;

/// <summary>Counts the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(CountingCollection.Name)]
public sealed class AnnouncedLengthTests
{
    [Fact]
    public async Task A_length_of_256_megabytes_closes_before_memory_is_spent()
    {
        await using var link = await Link.OpenAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await link.Side.SendAsync(0x30, 0xFF, 0xFF, 0xFF, 0x7F);
        Assert.Equal([0xE0, 1, 0x95], (await link.Side.ReadAsync()).Bytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1_000_000);
    }
}
