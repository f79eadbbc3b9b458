using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

public sealed class DidYouMeanTests
{
    private static readonly string[] Keys = ["interval", "id", "type", "topic", "min", "max", "keep_alive", "max_in_flight"];

    [Theory]
    [InlineData("intervall", "interval")]
    [InlineData("Interval", "interval")]
    [InlineData("intreval", "interval")]
    [InlineData("keepalive", "keep_alive")]
    [InlineData("keep-alive", "keep_alive")]
    [InlineData("tpye", "type")]
    [InlineData("topci", "topic")]
    [InlineData("max_inflight", "max_in_flight")]
    public void A_slip_finds_what_was_meant(string word, string meant) => Assert.Equal(meant, DidYouMean.Find(word, Keys));

    [Theory]
    [InlineData("keep", "keep_alive")]
    [InlineData("int", "interval")]
    public void A_beginning_finds_the_only_one_that_begins_so(string word, string meant) => Assert.Equal(meant, DidYouMean.Find(word, Keys));

    [Theory]
    [InlineData("t")]
    [InlineData("m")]
    [InlineData("colour")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("___")]
    public void Another_word_finds_nothing(string word) => Assert.Null(DidYouMean.Find(word, Keys));

    [Fact]
    public void A_very_long_word_costs_nothing() => Assert.Null(DidYouMean.Find(new string('a', 1_000_000), Keys));
}
