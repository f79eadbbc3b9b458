using EdgeAgent.Hosting;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Delivery;

/// <summary>What is counted of delivery since the start, over all connections. Counting costs an increment. Thread-safe.</summary>
internal sealed class DeliveryFigures(BootClock clock)
{
    private readonly long[] _refused = new long[256];
    private readonly Lock _lock = new();
    private long _published;
    private long _rounds;
    private long _lastAcknowledgement = -1;
    private long _connectedBefore;
    private long? _connectedSince;
    private long _disconnectedAt = clock.Milliseconds;

    /// <summary>How long messages waited for their acknowledgement: one message of each round is timed.</summary>
    public AcknowledgementTimes Times { get; } = new();

    /// <summary>PUBLISH packets sent, repetitions included.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>Grows whenever a drainer goes round.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>Milliseconds since the broker acknowledged anything; null where it never did.</summary>
    public long? SinceAcknowledgement => Interlocked.Read(ref _lastAcknowledgement) is >= 0 and var at ? clock.Milliseconds - at : null;

    /// <summary>How long connections have stood, together.</summary>
    public long ConnectedMilliseconds
    {
        get
        {
            lock (_lock)
            {
                return _connectedBefore + (_connectedSince is { } since ? clock.Milliseconds - since : 0);
            }
        }
    }

    /// <summary>Milliseconds since the latest connection ended, or since the start where there was none; null while one stands.</summary>
    public long? DisconnectedMilliseconds
    {
        get
        {
            lock (_lock)
            {
                return _connectedSince is null ? clock.Milliseconds - _disconnectedAt : null;
            }
        }
    }

    /// <summary>Refused messages by the reason code of their PUBACK; codes that never came are left out.</summary>
    public IEnumerable<(PubackReasonCode Code, long Count)> Refused
    {
        get
        {
            for (var code = 0; code < _refused.Length; code++)
            {
                if (Interlocked.Read(ref _refused[code]) is > 0 and var count)
                {
                    yield return ((PubackReasonCode)code, count);
                }
            }
        }
    }

    public void CountRound() => Interlocked.Increment(ref _rounds);

    public void CountPublished() => Interlocked.Increment(ref _published);

    public void CountRefused(PubackReasonCode code) => Interlocked.Increment(ref _refused[(byte)code]);

    /// <summary>The broker has acknowledged something just now.</summary>
    public void NoteAcknowledgement() => Interlocked.Exchange(ref _lastAcknowledgement, clock.Milliseconds);

    public void BeginConnection()
    {
        lock (_lock)
        {
            _connectedSince = clock.Milliseconds;
        }
    }

    public void EndConnection()
    {
        lock (_lock)
        {
            _connectedBefore += _connectedSince is { } since ? clock.Milliseconds - since : 0;
            (_connectedSince, _disconnectedAt) = (null, clock.Milliseconds);
        }
    }
}
