using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// The way of one sensor's observations into the queue: processing, the books, then the sink. One call at a time goes through;
/// others wait.
/// </summary>
internal sealed class SensorOutput(SensorConfig config, SensorRecord record, IReadingSink sink, BootClock clock, bool isStream = false) : IDisposable
{
    private readonly Processing _processing = new(ProcessingKeys.Plan(config), isStream);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes one observation; completes when what it leads to is accepted.</summary>
    /// <param name="observation">Values, a failure, or some of both.</param>
    /// <param name="bootTime">When it was asked or arrived, for a source that has no time of its own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask TakeAsync(Observation observation, long bootTime, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var time = observation.BootTime ?? bootTime;
            if (observation.Message is { } message)
            {
                await sink.AcceptAsync(config.Id, time, message, cancellationToken);
                record.Published();
                record.Recovered();
                return;
            }

            var corrected = _processing.Correct(observation);
            if (corrected.Values.IsEmpty)
            {
                _processing.Failed();
                await PublishAsync(_processing.Pass(clock.Milliseconds, clock.WallOffset), cancellationToken);
            }
            else
            {
                record.Read(corrected.Values, time);
                await PublishAsync(_processing.Take(corrected.Values, time, clock.WallOffset), cancellationToken);
            }

            if (corrected.Failure is { } failure)
            {
                record.Failed(failure);
            }
            else
            {
                record.Recovered();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Publishes a window that is over, also when the sensor has gone silent.</summary>
    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await PublishAsync(_processing.Pass(clock.Milliseconds, clock.WallOffset), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Publishes what is held back, at the stop.</summary>
    public async ValueTask EndAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await PublishAsync(_processing.End(clock.Milliseconds), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask PublishAsync(AggregatedReading? reading, CancellationToken cancellationToken)
    {
        if (reading is { } published)
        {
            await sink.AcceptAsync(config.Id, published.Time, published.Values, cancellationToken);
            record.Published();
        }
    }
}
