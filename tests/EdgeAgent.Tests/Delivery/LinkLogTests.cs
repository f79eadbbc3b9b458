using EdgeAgent.Delivery;
using EdgeAgent.Tests.Hosting;
using EdgeAgent.Tests.Hosting.Measuring;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

public sealed class LinkLogTests
{
    private const string Broker = "mqtt://pi:1883";
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly LinkLog _link;

    public LinkLogTests() => _link = new(_log, _time);

    [Fact]
    public void An_outage_is_one_line_for_its_beginning_one_for_why_it_lasts_one_for_its_end_and_one_for_what_had_waited()
    {
        Connects(lasts: 3_600);
        _link.Lost("closed", wasStable: true);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            _link.Failed(Broker, "refused", attempt, TimeSpan.FromSeconds(60));
            Pass(60);
        }

        _link.Connected(Broker, "5.0", 52);
        _ = Look(depth: 40, inFlight: 12);
        Pass(1);
        _ = Look(depth: 3, inFlight: 3);
        Pass(60);
        var more = Look(depth: 3, inFlight: 1);

        Assert.False(more);
        Assert.Equal(
            [
                "Information: connected to mqtt://pi:1883 with MQTT 5.0; waiting: 0 messages",
                "Warning: lost the connection to mqtt://pi:1883: closed; readings are queued",
                "Warning: no connection to mqtt://pi:1883: refused; trying again in 60.0 s, and so on; readings are queued",
                "Information: connected to mqtt://pi:1883 with MQTT 5.0; waiting: 52 messages",
                "Information: drained: waiting were 52 messages, and after 1.0 s none is any more",
            ],
            _log.Lines);
    }

    [Fact]
    public void A_broker_that_keeps_no_connection_is_one_line_and_then_one_an_hour_with_their_number()
    {
        for (var minute = 0; minute < 3 * 60; minute++)
        {
            Connects(lasts: 1);
            _link.Lost("closed", wasStable: false);
            Pass(59);
        }

        Assert.Equal(
            [
                "Information: connected to mqtt://pi:1883 with MQTT 5.0; waiting: 0 messages",
                "Warning: lost the connection to mqtt://pi:1883: closed; readings are queued",
                "Information: connected to mqtt://pi:1883 with MQTT 5.0; waiting: 0 messages",
                "Warning: mqtt://pi:1883 takes connections and keeps none of them: closed; trying again, and so on; readings are queued. A second client with the same client id does that, or a permission that is missing at the broker",
                "Warning: mqtt://pi:1883 still keeps no connection, 60 more since this was last said: closed; readings are queued",
                "Warning: mqtt://pi:1883 still keeps no connection, 60 more since this was last said: closed; readings are queued",
            ],
            _log.Lines);
    }

    [Fact]
    public void A_connection_after_those_that_were_dropped_is_told_when_it_has_lasted()
    {
        for (var i = 0; i < 3; i++)
        {
            Connects(lasts: 1);
            _link.Lost("closed", wasStable: false);
        }

        var before = _log.Lines.Length;
        _link.Connected(Broker, "5.0", 7);
        Pass(29);
        _ = Look(depth: 0, inFlight: 0);
        Assert.Equal(before, _log.Lines.Length);
        Pass(1);
        _ = Look(depth: 7, inFlight: 1);

        Assert.Equal("Information: connected to mqtt://pi:1883 with MQTT 5.0; waiting: 7 messages", _log.Lines[before]);

        // And the next that is lost is lost, and not one more of those.
        Pass(60);
        _link.Lost("closed", wasStable: true);
        Assert.Equal("Warning: lost the connection to mqtt://pi:1883: closed; readings are queued", _log.Lines[^1]);
    }

    [Fact]
    public void A_link_that_comes_and_goes_all_day_is_some_lines_an_hour_and_then_how_it_stands()
    {
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            Connects(lasts: 40);
            _link.Lost("closed", wasStable: true);
            _link.Failed(Broker, "refused", 0, TimeSpan.FromSeconds(1));
            Pass(20);
        }

        Connects(lasts: 40);
        Pass(3_600);
        var more = Look(depth: 0, inFlight: 0);

        Assert.False(more);
        Assert.InRange(_log.Lines.Length, 24 * 12, 25 * 13);
        Assert.Equal(24, _log.Lines.Count(line => line.Contains("more lines about it were left out", StringComparison.Ordinal)));
        Assert.EndsWith("Now the broker is connected", _log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_brokers_that_fail_in_turn_each_is_told_once()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            _link.Failed("mqtt://one:1883", "refused", attempt, TimeSpan.FromSeconds(1));
            _link.Failed("mqtt://two:1883", "no such name", attempt, TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _log.Lines.Length);
    }

    private void Connects(int lasts)
    {
        _link.Connected(Broker, "5.0", 0);
        Pass(lasts);
        _ = Look(depth: 0, inFlight: 0);
    }

    private bool Look(long depth, int inFlight) => _link.Look(Snapshots.Of(depth: depth) with { InFlight = inFlight }, StableAfter);

    private void Pass(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
