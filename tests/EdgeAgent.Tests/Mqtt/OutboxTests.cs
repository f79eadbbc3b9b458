using EdgeAgent.Mqtt;
using EdgeAgent.Mqtt.Connection;
using EdgeAgent.Mqtt.Session;

namespace EdgeAgent.Tests.Mqtt;

public sealed class OutboxTests
{
    [Fact]
    public void A_broker_that_sends_and_never_reads_is_bounded_by_the_receive_maximum()
    {
        var outbox = Make(MqttProtocolVersion.V5, new MqttClientOptions { Host = "h", OutputBufferSize = 1024, ReceiveMaximum = 100 });
        var taken = 0;
        for (var id = 1; outbox.AddIncoming((ushort)id) == IncomingStatus.Added; id++)
        {
            outbox.Acknowledge((ushort)id, PubackReasonCode.Success);
            taken++;
        }

        Assert.Equal((1024 / 4) + 100, taken);
    }

    [Fact]
    public void A_broker_of_3_1_1_was_not_told_of_a_receive_maximum()
    {
        var outbox = Make(MqttProtocolVersion.V311, new MqttClientOptions { Host = "h", ReceiveMaximum = 1 });
        Assert.Equal((IncomingStatus.Added, IncomingStatus.Added), (outbox.AddIncoming(1), outbox.AddIncoming(2)));
    }

    [Fact]
    public void Publishing_allocates_nothing_once_the_buffers_have_grown()
    {
        var outbox = Make(MqttProtocolVersion.V5, new MqttClientOptions { Host = "h" });
        var acknowledgements = new PublishAcknowledgement[100];
        for (var round = 0; round < 3; round++)
        {
            Round(outbox, acknowledgements, 1 + (100 * round));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(outbox, acknowledgements, 301);
        Round(outbox, acknowledgements, 401);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Round(Outbox outbox, PublishAcknowledgement[] acknowledgements, int firstId)
    {
        for (var i = 0; i < acknowledgements.Length; i++)
        {
            var message = new MqttPublish { Topic = "gw/t"u8, Payload = "21.5"u8, Qos = MqttQos.AtLeastOnce, ContentType = "text/plain"u8 };
            outbox.TryPublish(message, i);
            acknowledgements[i] = new PublishAcknowledgement(firstId + i, PubackReasonCode.Success, null);
        }

        outbox.Resolve(acknowledgements);
    }

    private static Outbox Make(MqttProtocolVersion version, MqttClientOptions options) =>
        new(new ConnackProperties { Protocol = version }, options, new InFlightTable(), new LinkWatch(TimeProvider.System, TimeSpan.Zero));
}
