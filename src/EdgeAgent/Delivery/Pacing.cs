using EdgeAgent.Configuration;

namespace EdgeAgent.Delivery;

/// <summary>
/// Whether another message may go now: the number in flight (the configuration's and the broker's limit), the bytes in flight (the
/// adaptive window) and the rate; one at a time while a message is suspected. A live message only heeds the number and the rate; one place of the number is kept for it, so that a
/// full window of backlog never makes it wait. Sending is for the drainer's loop, answers come from any thread.
/// </summary>
internal sealed class Pacing(DeliveryConfig config, int receiveMaximum, Suspicion suspicion, AcknowledgementTimes times, TimeProvider time)
{
    private readonly int _most = Math.Min(config.MaxInFlight, receiveMaximum);
    private readonly TokenBucket _rate = new(config.Rate, time);
    private int _inFlight;

    public DeliveryWindow Window { get; } = new(time) { Measured = times.Record };

    public int InFlight => Volatile.Read(ref _inFlight);

    public bool MaySendLive => InFlight < Most && _rate.HasPlace;

    public bool MaySendBacklog => (InFlight == 0 || InFlight < Most - 1) && Window.HasRoom && _rate.HasPlace;

    /// <summary>How long until the rate allows the next message; zero when it does.</summary>
    public TimeSpan UntilRate => _rate.UntilNext();

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
