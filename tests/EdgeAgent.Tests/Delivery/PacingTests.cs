using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Delivery;

public sealed class PacingTests
{
    private const int Most = 10;

    private readonly FakeTimeProvider _time = new();
    private readonly Suspicion _suspicion = new();
    private readonly Pacing _pacing;
    private long _sent;

    public PacingTests() => _pacing = new(new DeliveryConfig { Order = DeliveryOrder.LiveFirst, MaxInFlight = Most }, Most, _suspicion, new AcknowledgementTimes(), _time);

    [Fact]
    public void Acknowledgements_gather_only_while_the_broker_has_enough_to_do_meanwhile()
    {
        Assert.False(IsGatheringAfter(TimeSpan.FromMilliseconds(1)));
        Assert.True(IsGatheringAfter(TimeSpan.FromMilliseconds(2)));
        Assert.False(IsGatheringAfter(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Nothing_gathers_while_there_is_room_for_another_message()
    {
        Assert.True(IsGatheringAfter(TimeSpan.FromMilliseconds(50)));

        _pacing.Answered(Token(_sent - 1));

        Assert.False(_pacing.IsGathering);
    }

    [Fact]
    public void Nothing_gathers_while_messages_go_one_by_one()
    {
        Assert.True(IsGatheringAfter(TimeSpan.FromMilliseconds(50)));

        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false);
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false);

        Assert.False(_pacing.IsGathering);
    }

    private static PublishToken Token(long sequence) => new(sequence, 100);

    /// <summary>Fills the window, has all of it answered after so long, and fills it again.</summary>
    private bool IsGatheringAfter(TimeSpan acknowledgementTime)
    {
        Fill();
        _time.Advance(acknowledgementTime);
        for (var sequence = _sent - _pacing.InFlight; sequence < _sent; sequence++)
        {
            _pacing.Answered(Token(sequence));
        }

        Fill();
        return _pacing.IsGathering;
    }

    private void Fill()
    {
        while (_pacing.MaySendBacklog)
        {
            _pacing.BeforeSend(Token(_sent++));
        }
    }
}
