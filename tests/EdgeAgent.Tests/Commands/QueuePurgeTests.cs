using System.Globalization;
using EdgeAgent.Commands;

namespace EdgeAgent.Tests.Commands;

public sealed class QueuePurgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("7d", "2026-11-16T12:00:00Z")]
    [InlineData("0s", "2026-11-23T12:00:00Z")]
    [InlineData("2026-11-01T08:30:00Z", "2026-11-01T08:30:00Z")]
    [InlineData("2026-11-01T08:30:00.25Z", "2026-11-01T08:30:00.25Z")]
    [InlineData("2026-11-01T08:30:00+02:00", "2026-11-01T06:30:00Z")]
    [InlineData("2026-11-01T08:30Z", "2026-11-01T08:30:00Z")]
    [InlineData("2026-11-01T08:30:00", "2026-11-01T08:30:00Z")]
    [InlineData("2026-11-01", "2026-11-01T00:00:00Z")]
    public void An_age_or_a_time_limits_what_is_given_up(string text, string expected)
    {
        Assert.True(QueuePurge.TryReadTime(text, Now, out var time, out _));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), time);
    }

    [Theory]
    [InlineData("12.5")]
    [InlineData("2.5")]
    [InlineData("12:30")]
    [InlineData("1/12/2026")]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("May")]
    [InlineData("2026-11")]
    [InlineData("11-01")]
    public void What_only_resembles_a_time_is_refused_and_gives_nothing_up(string text)
    {
        Assert.False(QueuePurge.TryReadTime(text, Now, out _, out var problem));
        Assert.Contains("takes an age such as 7d or a time such as 2026-11-01T00:00:00Z", problem, StringComparison.Ordinal);
        Assert.NotEmpty(CommandLine.Create().Parse(["queue", "purge", "--before", text, "--yes"]).Errors);
    }

    [Theory]
    [InlineData("2026-12-05")]
    [InlineData("2026-11-23T12:00:01Z")]
    public void A_time_to_come_would_give_up_everything_and_is_refused(string text)
    {
        Assert.False(QueuePurge.TryReadTime(text, Now, out _, out var problem));
        Assert.Contains("is still to come", problem, StringComparison.Ordinal);
    }
}
