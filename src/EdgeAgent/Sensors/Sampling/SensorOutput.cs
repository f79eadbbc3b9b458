using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// The way of one sensor's observations into the queue: the books, then the sink. Used by the sensor's loop only, one
/// observation at a time.
/// </summary>
internal sealed class SensorOutput(SensorConfig config, SensorRecord record, IReadingSink sink)
{
    /// <summary>Takes one observation; completes when what it leads to is accepted.</summary>
    /// <param name="observation">Values, a failure, or some of both.</param>
    /// <param name="bootTime">When it was asked or arrived, for a source that has no time of its own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask TakeAsync(Observation observation, long bootTime, CancellationToken cancellationToken)
    {
        var time = observation.BootTime ?? bootTime;
        if (!observation.Values.IsEmpty)
        {
            record.Read(observation.Values, time);
            await sink.AcceptAsync(config.Id, time, observation.Values, cancellationToken);
            record.Published();
        }

        if (observation.Failure is { } failure)
        {
            record.Failed(failure);
        }
        else
        {
            record.Recovered();
        }
    }
}
