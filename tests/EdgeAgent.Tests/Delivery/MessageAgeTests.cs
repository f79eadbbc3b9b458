using EdgeAgent.Delivery;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Delivery;

public sealed class MessageAgeTests
{
    private const long Hour = 3_600_000;

    [Fact]
    public void Within_a_boot_the_wall_clock_has_no_say()
    {
        var message = Message(bootTime: 1_000, "boot-1", wallOffset: 0, isSynchronized: false);

        Assert.Equal(Hour, MessageAge.Of(message, "boot-1", 1_000 + Hour, wallOffset: 99 * Hour, isSynchronized: true));
    }

    [Fact]
    public void Across_boots_the_wall_clock_tells_if_it_was_sure_at_both_ends()
    {
        var message = Message(bootTime: 1_000, "boot-1", wallOffset: 10 * Hour, isSynchronized: true);

        Assert.Equal(2 * Hour, MessageAge.Of(message, "boot-2", 1_000, 12 * Hour, isSynchronized: true));
        Assert.Null(MessageAge.Of(message, "boot-2", 1_000, 12 * Hour, isSynchronized: false));
        Assert.Null(MessageAge.Of(Message(1_000, "boot-1", 10 * Hour, isSynchronized: false), "boot-2", 1_000, 12 * Hour, isSynchronized: true));
    }

    [Fact]
    public void A_clock_that_went_back_makes_nothing_younger_than_now() =>
        Assert.Equal(0, MessageAge.Of(Message(5_000, "boot-1", 10 * Hour, isSynchronized: true), "boot-2", 0, Hour, isSynchronized: true));

    [Theory]
    [InlineData(0, 60)]
    [InlineData(59_001, 1)]
    [InlineData(59_000, 1)]
    [InlineData(58_999, 2)]
    [InlineData(500_000, 1)]
    public void What_is_left_of_the_expiry_goes_on_the_wire_in_whole_seconds(long age, uint seconds)
    {
        var message = Message(0, "boot-1", 0, isSynchronized: false, expiry: TimeSpan.FromMinutes(1));

        Assert.Equal(seconds, MessageAge.RemainingSeconds(message, "boot-1", age, 0, isSynchronized: false));
    }

    [Fact]
    public void Without_expiry_there_is_none_on_the_wire() =>
        Assert.Null(MessageAge.RemainingSeconds(Message(0, "boot-1", 0, isSynchronized: false), "boot-1", 5, 0, isSynchronized: false));

    private static QueuedMessage Message(long bootTime, string boot, long wallOffset, bool isSynchronized, TimeSpan? expiry = null) => new(
        1,
        new Era(7, boot, wallOffset, isSynchronized),
        new Envelope { Sensor = "s", Topic = "t", Expiry = expiry },
        bootTime,
        MessageBody.Of(1L),
        Lane.Backlog);
}
