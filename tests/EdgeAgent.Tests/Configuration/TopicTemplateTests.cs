using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

public sealed class TopicTemplateTests
{
    [Theory]
    [InlineData("{gateway}/{sensor}", "pi/flow")]
    [InlineData("plant/{gateway}/{gateway}", "plant/pi/pi")]
    [InlineData("plain", "plain")]
    [InlineData("{sensor}", "flow")]
    public void Names_in_braces_are_filled_in(string template, string topic)
    {
        Assert.Null(TopicTemplate.Check(template, ["gateway", "sensor"]));
        Assert.Equal(topic, TopicTemplate.Expand(template, ("gateway", "pi"), ("sensor", "flow")));
    }

    [Theory]
    [InlineData("", "a topic cannot be empty")]
    [InlineData("a/+/b", "a topic to publish to cannot contain '+'")]
    [InlineData("a/#", "a topic to publish to cannot contain '#'")]
    [InlineData("a\0b", "a topic cannot contain the character U+0000")]
    [InlineData("a\nb", "a topic cannot contain the character U+000A")]
    [InlineData("a{b", "a '{' without its partner")]
    [InlineData("a}b", "a '}' without its partner")]
    [InlineData("{}", "'{}' stands for nothing")]
    [InlineData("{host}", "'{host}' stands for nothing")]
    public void What_mqtt_does_not_allow_is_refused(string template, string message) =>
        Assert.Equal(message, TopicTemplate.Check(template, ["gateway", "sensor"])?.Message);

    [Fact]
    public void A_topic_has_65535_bytes_of_utf8_at_most()
    {
        Assert.Null(TopicTemplate.CheckTopic(new string('a', 65_535)));
        Assert.NotNull(TopicTemplate.CheckTopic(new string('a', 65_536)));
        Assert.NotNull(TopicTemplate.CheckTopic(new string('ü', 32_768)));
    }

    [Fact]
    public void A_value_with_braces_is_not_filled_in_again() =>
        Assert.Equal("{sensor}/x", TopicTemplate.Expand("{gateway}/x", ("gateway", "{sensor}"), ("sensor", "flow")));
}
