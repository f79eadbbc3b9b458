using EdgeAgent.Mqtt.Connection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Mqtt;

public sealed class LinkWatchTests
{
    [Fact]
    public void A_ping_that_was_answered_before_its_write_was_noted_is_not_sent_twice()
    {
        var keepAlive = TimeSpan.FromSeconds(60);
        var time = new FakeTimeProvider();
        var pings = 0;
        using var watch = new LinkWatch(time, keepAlive);
        watch.Start(verdict => pings += verdict == KeepAliveVerdict.Ping ? 1 : 0);

        time.Advance(keepAlive * 0.75);
        watch.Received();
        time.Advance(keepAlive * 0.25);
        time.Advance(keepAlive * 0.25);

        Assert.Equal(1, pings);
    }
}
