using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

public sealed class ConfigDifferenceTests
{
    private const string Running = """
        broker: {url: mqtt://host, username: pi, password: x}
        queue: {max_age: 1d}
        sensors:
          - {id: a, type: system}
          - {id: b, type: exec, command: [x, y], env: {A: b}}
          - {id: c, type: file, path: /x}
        """;

    [Fact]
    public void The_same_said_otherwise_is_no_difference()
    {
        var difference = Between(Running, Running.Replace("1d", "24h", StringComparison.Ordinal).Replace("[x, y]", "[x,   'y']", StringComparison.Ordinal) + "\n# more\n");

        Assert.True(difference.IsEmpty);
    }

    [Fact]
    public void Sensors_are_added_removed_and_changed_one_by_one()
    {
        var difference = Between(Running, Running.Replace("id: a,", "id: d,", StringComparison.Ordinal).Replace("[x, y]", "[x, z]", StringComparison.Ordinal));

        Assert.Equal("d", Assert.Single(difference.Added));
        Assert.Equal("a", Assert.Single(difference.Removed));
        Assert.Equal("b", Assert.Single(difference.Changed));
        Assert.False(difference.IsUplinkChanged);
        Assert.Empty(difference.NeedsRestart);
    }

    [Fact]
    public void The_order_of_the_sensors_means_nothing() =>
        Assert.True(Between("sensors:\n- {id: a, type: system}\n- {id: b, type: system}\n", "sensors:\n- {id: b, type: system}\n- {id: a, type: system}\n").IsEmpty);

    [Theory]
    [InlineData("mqtt://host", "mqtt://other")]
    [InlineData("password: x", "password: y")]
    [InlineData("username: pi", "username: po")]
    [InlineData("queue:", "delivery: {rate: 50/s}\nqueue:")]
    [InlineData("queue:", "status: {topic: x}\nqueue:")]
    public void A_change_of_the_uplink_touches_nothing_else(string from, string to)
    {
        var difference = Between(Running, Running.Replace(from, to, StringComparison.Ordinal));

        Assert.True(difference.IsUplinkChanged);
        Assert.True((difference with { IsUplinkChanged = false }).IsEmpty);
    }

    [Fact]
    public void The_broker_can_come_and_go()
    {
        Assert.True(Between(Running, Running[Running.IndexOf('\n', StringComparison.Ordinal)..]).IsUplinkChanged);
        Assert.True(Between(Running[Running.IndexOf('\n', StringComparison.Ordinal)..], Running).IsUplinkChanged);
    }

    [Fact]
    public void What_was_taken_in_at_the_start_waits_for_a_restart() => Assert.Equal(
        "queue.path queue.loss_window clock.trust_rtc",
        string.Join(' ', Between(Running, Running.Replace(
            "queue: {max_age: 1d}",
            "queue: {path: /x, loss_window: 0, max_size: 1GiB, max_age: 2d, when_full: drop_oldest, keep_free: 0}\nclock: {trust_rtc: true}",
            StringComparison.Ordinal)).NeedsRestart));

    [Fact]
    public void The_queues_limits_change_with_the_old_and_the_new_value_and_are_in_force_without_a_restart()
    {
        var running = ConfigFolder.ReadGood(Running);
        var next = ConfigFolder.ReadGood(Running.Replace(
            "queue: {max_age: 1d}", "queue: {path: /x, max_size: 1GiB, max_age: 36h, when_full: drop_oldest, keep_free: 0}", StringComparison.Ordinal));

        var difference = ConfigDifference.Between(running, next);
        var inForce = ConfigDifference.InForce(running, next);

        Assert.Equal(
            "queue: max_size 1GiB (was 512MiB), max_age 1d12h (was 1d), when_full drop_oldest (was thin), keep_free 0B (was 200MiB); for a restart wait: queue.path",
            difference.ToString());
        Assert.Equal(next.Queue with { Path = running.Queue.Path }, inForce.Queue);
        Assert.Empty(ConfigDifference.Between(inForce, next).Limits);
    }

    [Fact]
    public void Another_gateway_changes_every_topic_made_from_it()
    {
        var difference = Between("gateway: a\n" + Running, "gateway: b\n" + Running);

        Assert.Equal("a b c", string.Join(" ", difference.Changed));
        Assert.True(difference.IsUplinkChanged);
        Assert.Equal("gateway", Assert.Single(difference.NeedsRestart));
    }

    private static ConfigDifference Between(string running, string next) =>
        ConfigDifference.Between(ConfigFolder.ReadGood(running), ConfigFolder.ReadGood(next));
}
