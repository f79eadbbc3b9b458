using EdgeAgent.Mqtt;

namespace EdgeAgent.Commands.Connecting;

/// <summary>Waits for the answer to the one message of a trial. Thread-safe.</summary>
internal sealed class TrialAnswers : IMqttConnectionHandler
{
    private readonly TaskCompletionSource<PublishAcknowledgement?> _acknowledgement = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where the connection ended instead.</summary>
    public Task<PublishAcknowledgement?> Acknowledgement => _acknowledgement.Task;

    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements) => _acknowledgement.TrySetResult(acknowledgements[0]);

    public void OnMessage(in ReceivedPublish message)
    {
        // It subscribes to nothing.
    }

    public void OnClosed(MqttClosed reason) => _acknowledgement.TrySetResult(null);
}
