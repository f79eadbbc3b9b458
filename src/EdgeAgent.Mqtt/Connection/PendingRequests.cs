using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>The subscribes and unsubscribes that wait for the broker's answer. Thread-safe.</summary>
internal sealed class PendingRequests
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, Request> _requests = [];
    private bool _isClosed;

    /// <summary>Waits for the answer to a request; already closed when the connection is.</summary>
    /// <param name="packetId">Its id.</param>
    /// <param name="isSubscribe">Which answer belongs to it.</param>
    /// <param name="filters">How many codes the answer must have.</param>
    public Task<SubscribeOutcome> Add(ushort packetId, bool isSubscribe, int filters)
    {
        var request = new Request(isSubscribe, filters, new TaskCompletionSource<SubscribeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_isClosed)
            {
                return Task.FromResult(Closed);
            }

            _requests.Add(packetId, request);
        }

        return request.Outcome.Task;
    }

    /// <summary>The broker's answer. An error when it answers nothing that was asked, or with another number of codes.</summary>
    public PacketError? Answer(SubscriptionAcknowledgement acknowledgement, bool isSuback, MqttProtocolVersion version)
    {
        Request? request;
        lock (_gate)
        {
            _requests.Remove(acknowledgement.PacketId, out request);
        }

        if (request is null || request.IsSubscribe != isSuback)
        {
            return PacketError.Protocol("an answer to a subscribe or unsubscribe that was not sent");
        }

        // UNSUBACK of 3.1.1 has no codes: it means done.
        var codes = !isSuback && version == MqttProtocolVersion.V311
            ? [.. Enumerable.Repeat(SubscriptionReasonCode.GrantedQos0, request.Filters)]
            : acknowledgement.Codes;
        if (codes.Count != request.Filters)
        {
            request.Outcome.TrySetResult(Closed);
            return PacketError.Protocol($"{codes.Count} codes in answer to {request.Filters} topic filters"); // [MQTT-3.8.4-6], [MQTT-3.9.3-1]
        }

        request.Outcome.TrySetResult(new SubscribeOutcome(SubscribeStatus.Answered, codes, "") { ReasonString = acknowledgement.ReasonString });
        return null;
    }

    /// <summary>The connection is over.</summary>
    public void Close()
    {
        Request[] open;
        lock (_gate)
        {
            _isClosed = true;
            open = [.. _requests.Values];
            _requests.Clear();
        }

        foreach (var request in open)
        {
            request.Outcome.TrySetResult(Closed);
        }
    }

    private static SubscribeOutcome Closed => new(SubscribeStatus.Closed, [], "The connection ended before the broker answered.");

    private sealed record Request(bool IsSubscribe, int Filters, TaskCompletionSource<SubscribeOutcome> Outcome);
}
