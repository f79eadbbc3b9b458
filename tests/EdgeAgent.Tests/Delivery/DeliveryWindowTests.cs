using EdgeAgent.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

public sealed class DeliveryWindowTests
{
    /// <summary>256 kbit/s.</summary>
    private const double SlowLink = 32_000;

    private static readonly TimeSpan SlowRoundTrip = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void On_a_slow_link_it_keeps_the_link_busy_and_its_buffers_short()
    {
        var figures = new SimulatedLink(SlowLink, SlowRoundTrip).Saturate(TimeSpan.FromMinutes(10));

        Assert.True(figures.Used is >= 0.93 and < 1.01 && figures.LiveMedian <= SlowRoundTrip * 1.5 && figures.Live95 <= SlowRoundTrip * 1.75, figures.ToString());
    }

    [Fact]
    public void A_broker_that_gathers_its_acknowledgements_does_not_close_it()
    {
        // With a small window most messages see twice the round trip, because their acknowledgement waits for TCP's of the one before.
        var figures = new SimulatedLink(SlowLink, SlowRoundTrip) { GathersAcknowledgements = true }.Saturate(TimeSpan.FromMinutes(10));

        Assert.True(figures.Used is >= 0.93 and < 1.01 && figures.LiveMedian <= SlowRoundTrip * 1.5 && figures.Live95 <= SlowRoundTrip * 1.75, figures.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stall_of_the_link_every_ten_seconds_does_not_close_it(bool gathersAcknowledgements)
    {
        var link = new SimulatedLink(SlowLink, SlowRoundTrip) { GathersAcknowledgements = gathersAcknowledgements, Stall = TimeSpan.FromMilliseconds(400) };

        var figures = link.Saturate(TimeSpan.FromMinutes(10));

        // The link itself rests for four of a hundred seconds.
        Assert.True(figures.Used is >= 0.9 and < 1.01 && figures.LiveMedian <= SlowRoundTrip * 1.5, figures.ToString());
    }

    [Fact]
    public void On_a_satellite_link_too()
    {
        var roundTrip = TimeSpan.FromMilliseconds(650);

        var figures = new SimulatedLink(bytesPerSecond: 125_000, roundTrip).Saturate(TimeSpan.FromMinutes(3));

        Assert.True(figures.Used is >= 0.9 and < 1.01 && figures.Live95 <= roundTrip * 2, figures.ToString());
    }

    [Fact]
    public void On_a_fast_link_it_opens_wide()
    {
        // A broker on loopback that takes 100 000 messages a second: time grows with the window because the broker is the limit.
        var link = new SimulatedLink(bytesPerSecond: 100_000 * SimulatedLink.Size, roundTrip: TimeSpan.FromMilliseconds(0.2));

        var figures = link.Saturate(TimeSpan.FromSeconds(0.5));

        Assert.True(figures.Used is >= 0.95 and < 1.01 && figures.Limit > 300 * SimulatedLink.Size && figures.Live95 < TimeSpan.FromMilliseconds(50), figures.ToString());
    }

    [Fact]
    public void It_follows_a_link_that_becomes_slower()
    {
        var link = new SimulatedLink(bytesPerSecond: 125_000, roundTrip: TimeSpan.FromMilliseconds(50));
        _ = link.Saturate(TimeSpan.FromSeconds(30));

        link.BytesPerSecond = 8_000;
        _ = link.Saturate(TimeSpan.FromSeconds(30));
        var figures = link.Saturate(TimeSpan.FromMinutes(2));

        Assert.True(figures.Used is >= 0.85 and < 1.01 && figures.Live95 < TimeSpan.FromMilliseconds(500), figures.ToString());
    }

    [Fact]
    public void It_learns_a_way_that_became_longer()
    {
        var link = new SimulatedLink(bytesPerSecond: 125_000, roundTrip: TimeSpan.FromMilliseconds(30));
        _ = link.Saturate(TimeSpan.FromSeconds(30));

        link.RoundTrip = TimeSpan.FromMilliseconds(600);
        _ = link.Saturate(TimeSpan.FromMinutes(1));
        var figures = link.Saturate(TimeSpan.FromMinutes(2));

        Assert.True(figures.Used is >= 0.85 and < 1.01, figures.ToString());
    }

    [Fact]
    public void A_broker_that_pushes_back_halves_it_and_it_never_closes()
    {
        var window = new DeliveryWindow(new FakeTimeProvider());
        var first = window.Limit;

        window.OnPushedBack();
        Assert.Equal(first / 2, window.Limit);

        for (var i = 0; i < 100; i++)
        {
            window.OnPushedBack();
        }

        Assert.True(window.HasRoom);
    }

    [Fact]
    public void An_idle_link_does_not_open_it()
    {
        var time = new FakeTimeProvider();
        var window = new DeliveryWindow(time);
        var first = window.Limit;
        for (var i = 0; i < 1000; i++)
        {
            var token = new PublishToken(i, SimulatedLink.Size);
            window.OnSent(token);
            time.Advance(TimeSpan.FromMilliseconds(1));
            window.OnAnswered(token);
        }

        Assert.Equal(first, window.Limit);
        Assert.Equal(0, window.InFlight);
    }
}
