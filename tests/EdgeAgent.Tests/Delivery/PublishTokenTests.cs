using EdgeAgent.Delivery;

namespace EdgeAgent.Tests.Delivery;

public sealed class PublishTokenTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 64)]
    [InlineData(123_456_789_012, 64, 64)]
    [InlineData((1L << 47) - 2, 65, 128)]
    [InlineData(-1, 900, 960)]
    [InlineData(5, int.MaxValue, 65_535 * 64)]
    public void Number_and_size_come_back(long sequence, int size, int rounded)
    {
        var token = new PublishToken(sequence, size);

        Assert.Equal((sequence, rounded), (token.Sequence, token.Size));
        Assert.NotEqual(PublishToken.Own, token);
    }
}
