using EdgeAgent.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

/// <summary>
/// A link with one bottleneck and an endless buffer before it, and a broker behind it, simulated message by message: a backlog that takes
/// all that the window allows, beside a live reading five times a second, which never asks the window.
/// </summary>
internal sealed class SimulatedLink
{
    public const int Size = 192;

    /// <summary>So many small writes Linux puts into one segment (MAX_SKB_FRAGS); a segment that is full so is not held back.</summary>
    private const int GatheredAtMost = 17;

    private static readonly TimeSpan LiveEvery = TimeSpan.FromMilliseconds(200);

    private readonly FakeTimeProvider _time = new();
    private readonly DeliveryWindow _window;
    private readonly PriorityQueue<Action, (DateTimeOffset At, int Order)> _events = new();
    private readonly List<PublishToken> _unacknowledged = [];
    private readonly List<TimeSpan> _live = [];
    private DateTimeOffset _free;
    private DateTimeOffset _nextStall = DateTimeOffset.MaxValue;
    private int _acknowledgementsUnderWay;
    private long _arrivedBytes;
    private int _eventsMade;
    private long _next;

    public SimulatedLink(double bytesPerSecond, TimeSpan roundTrip)
    {
        BytesPerSecond = bytesPerSecond;
        RoundTrip = roundTrip;
        _window = new DeliveryWindow(_time);
        _free = _time.GetUtcNow();
        SendLive();
    }

    public double BytesPerSecond { get; set; }

    public TimeSpan RoundTrip { get; set; }

    /// <summary>
    /// Whether the broker holds acknowledgements back while the TCP acknowledgement of the ones before is under way (Nagle's algorithm, which
    /// mosquitto leaves on).
    /// </summary>
    public bool GathersAcknowledgements { get; init; }

    /// <summary>How long the sender's TCP sends nothing, every ten seconds: BBR does that to measure the way.</summary>
    public TimeSpan Stall { get; init; }

    /// <summary>Sends all that the window allows, for so long. The first fifth is not measured.</summary>
    public SimulatedFigures Saturate(TimeSpan duration)
    {
        var measureFrom = _time.GetUtcNow() + (duration / 5);
        var end = _time.GetUtcNow() + duration;
        _nextStall = Stall > TimeSpan.Zero ? _time.GetUtcNow() + TimeSpan.FromSeconds(10) : DateTimeOffset.MaxValue;
        var bytesBefore = -1L;
        Fill();
        while (_events.TryPeek(out _, out var next) && next.At < end)
        {
            var act = _events.Dequeue();
            if (next.At > _time.GetUtcNow())
            {
                _time.SetUtcNow(next.At);
            }

            if (bytesBefore < 0 && next.At >= measureFrom)
            {
                bytesBefore = _arrivedBytes;
                _live.Clear();
            }

            act();
        }

        _live.Sort();
        return new(
            (_arrivedBytes - bytesBefore) / (duration * 0.8).TotalSeconds / BytesPerSecond, _live[_live.Count / 2], _live[(int)(_live.Count * 0.95)], _window.Limit);
    }

    private void Fill()
    {
        while (_window.HasRoom)
        {
            Send(Arrive);
        }
    }

    private void SendLive()
    {
        var sent = _time.GetUtcNow();
        Send(token =>
        {
            _live.Add(_time.GetUtcNow() + (RoundTrip / 2) - sent);
            Arrive(token);
        });
        At(sent + LiveEvery, SendLive);
    }

    private void Send(Action<PublishToken> arrive)
    {
        var token = new PublishToken(_next++, Size);
        _window.OnSent(token);
        _free = Later(_free, _time.GetUtcNow());
        if (_free >= _nextStall)
        {
            _free += Stall;
            _nextStall += TimeSpan.FromSeconds(10);
        }

        _free += TimeSpan.FromSeconds(Size / BytesPerSecond);
        At(_free + (RoundTrip / 2), () => arrive(token));
    }

    /// <summary>At the broker.</summary>
    private void Arrive(PublishToken token)
    {
        _arrivedBytes += Size;
        _unacknowledged.Add(token);
        Acknowledge();
    }

    private void Acknowledge()
    {
        if (_unacknowledged.Count == 0 || (_acknowledgementsUnderWay > 0 && GathersAcknowledgements && _unacknowledged.Count < GatheredAtMost))
        {
            return;
        }

        _acknowledgementsUnderWay++;
        PublishToken[] acknowledged = [.. _unacknowledged];
        _unacknowledged.Clear();
        At(_time.GetUtcNow() + (RoundTrip / 2), () => Answered(acknowledged));
    }

    /// <summary>At the agent. TCP's own acknowledgement goes behind what is in the buffer.</summary>
    private void Answered(PublishToken[] tokens)
    {
        At(Later(_free, _time.GetUtcNow()) + (RoundTrip / 2), () =>
        {
            _acknowledgementsUnderWay--;
            Acknowledge();
        });
        foreach (var token in tokens)
        {
            _window.OnAnswered(token);
        }

        Fill();
    }

    private void At(DateTimeOffset at, Action act) => _events.Enqueue(act, (at, _eventsMade++));

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}

/// <param name="Used">The share of the bottleneck's rate that was used.</param>
/// <param name="LiveMedian">Median time from a live reading to its acknowledgement, were it not held back.</param>
/// <param name="Live95">Its 95th percentile.</param>
/// <param name="Limit">The window at the end, in bytes.</param>
internal sealed record SimulatedFigures(double Used, TimeSpan LiveMedian, TimeSpan Live95, long Limit)
{
    public override string ToString() => FormattableString.Invariant(
        $"used {Used:P1}, live {LiveMedian.TotalMilliseconds:F0} ms (median), {Live95.TotalMilliseconds:F0} ms (p95), window {Limit} bytes");
}
