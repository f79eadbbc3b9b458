using EdgeAgent.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

public sealed class DeliveryWindowTests
{
    private const int Size = 220;

    [Fact]
    public void On_a_slow_link_it_keeps_the_link_busy_and_its_buffers_short()
    {
        // 256 kbit/s, 300 ms round trip.
        var link = new Link(bytesPerSecond: 32_000, roundTrip: TimeSpan.FromMilliseconds(300));

        var result = link.Saturate(TimeSpan.FromMinutes(3));

        Assert.InRange(result.Used, 0.9, 1.01);
        Assert.InRange(result.Time95.TotalMilliseconds, 300, 550);
    }

    [Fact]
    public void On_a_satellite_link_too()
    {
        var result = new Link(bytesPerSecond: 125_000, roundTrip: TimeSpan.FromMilliseconds(650)).Saturate(TimeSpan.FromMinutes(3));

        Assert.InRange(result.Used, 0.9, 1.01);
        Assert.InRange(result.Time95.TotalMilliseconds, 650, 1300);
    }

    [Fact]
    public void On_a_fast_link_it_opens_wide()
    {
        // A broker on loopback that takes 100 000 messages a second: time grows with the window because the broker is the limit.
        var result = new Link(bytesPerSecond: 100_000 * Size, roundTrip: TimeSpan.FromMilliseconds(0.2)).Saturate(TimeSpan.FromSeconds(5));

        Assert.InRange(result.Used, 0.95, 1.01);
        Assert.True(result.Limit > 300 * Size, $"the window is only {result.Limit / Size} messages");
        Assert.True(result.Time95 < TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void It_follows_a_link_that_becomes_slower()
    {
        var link = new Link(bytesPerSecond: 125_000, roundTrip: TimeSpan.FromMilliseconds(50));
        _ = link.Saturate(TimeSpan.FromSeconds(30));

        link.BytesPerSecond = 8_000;
        _ = link.Saturate(TimeSpan.FromSeconds(30));
        var result = link.Saturate(TimeSpan.FromMinutes(2));

        Assert.InRange(result.Used, 0.85, 1.01);
        Assert.True(result.Time95 < TimeSpan.FromMilliseconds(500), $"{result.Time95.TotalMilliseconds} ms");
    }

    [Fact]
    public void It_learns_a_way_that_became_longer()
    {
        var link = new Link(bytesPerSecond: 125_000, roundTrip: TimeSpan.FromMilliseconds(30));
        _ = link.Saturate(TimeSpan.FromSeconds(30));

        link.RoundTrip = TimeSpan.FromMilliseconds(600);
        _ = link.Saturate(TimeSpan.FromMinutes(1));
        var result = link.Saturate(TimeSpan.FromMinutes(2));

        Assert.InRange(result.Used, 0.85, 1.01);
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
            window.OnSent(i, Size);
            time.Advance(TimeSpan.FromMilliseconds(1));
            window.OnAnswered(i, Size);
        }

        Assert.Equal(first, window.Limit);
        Assert.Equal(0, window.InFlight);
    }

    /// <summary>A link with one bottleneck and an endless buffer before it, simulated message by message.</summary>
    private sealed class Link
    {
        private readonly FakeTimeProvider _time = new();
        private readonly DeliveryWindow _window;
        private readonly Queue<(long Token, DateTimeOffset Sent, DateTimeOffset Answered)> _flying = [];
        private DateTimeOffset _free;
        private long _next;

        public Link(double bytesPerSecond, TimeSpan roundTrip)
        {
            BytesPerSecond = bytesPerSecond;
            RoundTrip = roundTrip;
            _window = new DeliveryWindow(_time);
            _free = _time.GetUtcNow();
        }

        public double BytesPerSecond { get; set; }

        public TimeSpan RoundTrip { get; set; }

        /// <summary>Sends all that the window allows, for so long. The first fifth is not measured.</summary>
        public (double Used, TimeSpan Time95, long Limit) Saturate(TimeSpan duration)
        {
            var start = _time.GetUtcNow();
            var measureFrom = start + (duration / 5);
            var times = new List<TimeSpan>();
            long answered = 0;
            while (_time.GetUtcNow() < start + duration)
            {
                while (_window.HasRoom)
                {
                    Send();
                }

                var (token, sent, at) = _flying.Dequeue();
                if (at > _time.GetUtcNow())
                {
                    _time.SetUtcNow(at);
                }

                _window.OnAnswered(token, Size);
                if (at >= measureFrom)
                {
                    times.Add(at - sent);
                    answered += Size;
                }
            }

            times.Sort();
            return (answered / (duration * 0.8).TotalSeconds / BytesPerSecond, times[(int)(times.Count * 0.95)], _window.Limit);
        }

        private void Send()
        {
            var now = _time.GetUtcNow();
            _free = (_free > now ? _free : now) + TimeSpan.FromSeconds(Size / BytesPerSecond);
            _flying.Enqueue((_next, now, _free + RoundTrip));
            _window.OnSent(_next++, Size);
        }
    }
}
