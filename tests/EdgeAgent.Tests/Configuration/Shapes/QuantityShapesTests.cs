using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Tests.Configuration.Shapes;

public sealed class QuantityShapesTests
{
    private static readonly DurationShape AnyDuration = new(TimeSpan.Zero, TimeSpan.FromDays(3650));

    private static readonly SizeShape AnySize = new(0, 1L << 50);

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("1w", 604_800_000)]
    [InlineData("1m500ms", 60_500)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void A_duration_has_a_unit(string text, double milliseconds)
    {
        Assert.True(AnyDuration.TryParse(text, out var value, out _));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10")]
    [InlineData("10 s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1s1s")]
    [InlineData("1m1h")]
    [InlineData("1e3s")]
    [InlineData("1..5s")]
    [InlineData(".s")]
    [InlineData("1S")]
    [InlineData("00:10")]
    [InlineData("99999999999999999999d")]
    [InlineData("∞")]
    public void What_is_no_duration_is_refused_with_a_hint(string text)
    {
        Assert.False(AnyDuration.TryParse(text, out _, out var hint));
        Assert.NotNull(hint);
    }

    [Fact]
    public void A_bare_number_is_told_what_to_write()
    {
        Assert.False(AnyDuration.TryParse("10", out _, out var hint));
        Assert.Equal("a duration needs its unit (ms, s, m, h, d, w): write 10s, not 10", hint);
    }

    [Theory]
    [InlineData("50ms", true)]
    [InlineData("49ms", false)]
    [InlineData("1d", true)]
    [InlineData("1d1ms", false)]
    public void The_ends_of_a_range_are_inside(string text, bool isInside) =>
        Assert.Equal(isInside, new DurationShape(TimeSpan.FromMilliseconds(50), TimeSpan.FromDays(1)).TryParse(text, out _, out _));

    [Theory]
    [InlineData("64KiB", 65_536)]
    [InlineData("512MiB", 536_870_912)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("10kB", 10_000)]
    [InlineData("1 MiB", 1_048_576)]
    [InlineData("100B", 100)]
    [InlineData("0", 0)]
    public void A_size_has_a_unit(string text, long bytes)
    {
        Assert.True(AnySize.TryParse(text, out var value, out _));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("512")]
    [InlineData("512M")]
    [InlineData("MiB")]
    [InlineData("-1MiB")]
    [InlineData("1e3MiB")]
    [InlineData("99999999999TiB")]
    [InlineData("512mib")]
    public void What_is_no_size_is_refused_with_a_hint(string text)
    {
        Assert.False(AnySize.TryParse(text, out _, out var hint));
        Assert.NotNull(hint);
    }

    [Theory]
    [InlineData("50/s", 50.0)]
    [InlineData("600/min", 10.0)]
    [InlineData("0.5/s", 0.5)]
    [InlineData("unlimited", null)]
    public void A_rate_has_a_unit_or_is_unlimited(string text, double? rate)
    {
        Assert.True(RateShape.Instance.TryParse(text, out var value, out _));
        Assert.Equal(rate, value);
    }

    [Theory]
    [InlineData("50")]
    [InlineData("0/s")]
    [InlineData("-1/s")]
    [InlineData("/s")]
    [InlineData("50/h")]
    [InlineData("fast")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(RateShape.Instance.TryParse(text, out _, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-3", -3)]
    [InlineData("1e3", 1000)]
    [InlineData("0.001", 0.001)]
    [InlineData("3.10", 3.1)]
    public void A_number_is_written_with_a_point(string text, double number)
    {
        Assert.True(new NumberShape(null, null).TryParse(text, out var value, out _));
        Assert.Equal(number, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,5")]
    [InlineData("1 000")]
    [InlineData("NaN")]
    [InlineData(".inf")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("0x1b")]
    [InlineData("ten")]
    public void What_is_no_finite_number_is_refused(string text) => Assert.False(new NumberShape(null, null).TryParse(text, out _, out _));

    [Theory]
    [InlineData("0x1F", 31)]
    [InlineData("31", 31)]
    [InlineData("-1", -1)]
    [InlineData("010", 10)]
    public void A_whole_number_is_decimal_or_hexadecimal(string text, int number)
    {
        Assert.True(new WholeShape(-10, 100).TryParse(text, out var value, out _));
        Assert.Equal(number, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("0x")]
    [InlineData("0xFFFFFFFF")]
    [InlineData("99999999999")]
    [InlineData("101")]
    [InlineData("-11")]
    public void What_is_no_whole_number_of_the_range_is_refused(string text) => Assert.False(new WholeShape(-10, 100).TryParse(text, out _, out _));
}
