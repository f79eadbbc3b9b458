using EdgeAgent.Configuration;

namespace EdgeAgent.Delivery;

/// <summary>
/// Whether another message may go now: the number in flight (the configuration's and the broker's limit), the bytes in flight (the
/// adaptive window) and the rate; one at a time while a message is suspected. A live message only heeds the number and the rate; one place of the number is kept for it, so that a
/// full window of backlog never makes it wait. Sending is for the drainer's loop, answers come from any thread.
/// </summary>
internal sealed class Pacing(DeliveryConfig config, int receiveMaximum, Suspicion suspicion, AcknowledgementTimes times, TimeProvider time)
{
    /// <summary>How long acknowledgements are let gather while <see cref="IsGathering"/>.</summary>
    public static readonly TimeSpan GatheringTime = TimeSpan.FromMilliseconds(1);

    /// <summary>What is in flight at a shorter acknowledgement time might be answered before the gathering is over.</summary>
    private static readonly TimeSpan LeastTimeToGather = 1.5 * GatheringTime;

    private readonly int _most = Math.Min(config.MaxInFlight, receiveMaximum);
    private readonly TokenBucket _rate = new(config.Rate, time);
    private int _inFlight;

    public DeliveryWindow Window { get; } = new(time) { Measured = times.Record };

    public int InFlight => Volatile.Read(ref _inFlight);

    public bool MaySendLive => InFlight < Most && _rate.HasPlace;

    public bool MaySendBacklog => HasRoom && _rate.HasPlace;

    /// <summary>
    /// Whether what is in flight will keep the broker busy for longer than <see cref="GatheringTime"/>, so that it costs nothing to wait for
    /// many acknowledgements and then send as many messages. Answering each at once makes both sides wake for every few of them.
    /// </summary>
    public bool IsGathering => !HasRoom && !suspicion.IsCareful && Window.Latest >= LeastTimeToGather;

    /// <summary>How long until the rate allows the next message; zero when it does.</summary>
    public TimeSpan UntilRate => _rate.UntilNext();

    /// <summary>One message may always go, and one place is kept for a live one.</summary>
    private bool HasRoom => (InFlight == 0 || InFlight < Most - 1) && Window.HasRoom;

    private int Most => suspicion.IsCareful ? 1 : _most;

    /// <summary>Counts a message before it goes, because its answer may come while the sending call has not returned.</summary>
    public void BeforeSend(PublishToken token)
    {
        _ = Interlocked.Increment(ref _inFlight);
        Window.OnSent(token);
        _rate.Take();
    }

    /// <summary>Takes <see cref="BeforeSend"/> back: it did not go.</summary>
    public void NotSent(PublishToken token)
    {
        Window.OnNotSent(token);
        _rate.Return();
        _ = Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>The broker answered.</summary>
    public void Answered(PublishToken token)
    {
        Window.OnAnswered(token);
        _ = Interlocked.Decrement(ref _inFlight);
    }
}
