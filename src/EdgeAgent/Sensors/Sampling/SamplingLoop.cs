using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>One sensor with its settings, from its start to its stop. Started once; other settings are another loop.</summary>
internal sealed class SamplingLoop(SensorConfig config, SensorEnvironment environment, IReadingSink sink)
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SensorConfig Config => config;

    public SensorRecord Record { get; } = new(config, environment);

    /// <summary>Completes when the sensor is closed and every reading that it gave has been handed to the sink; faults where the sink is dead.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="turn">The sensor is made and opened when this has completed, however that went.</param>
    public void Start(Task turn) => Ended = Task.Run(() => RunAsync(turn));

    /// <summary>Asks it to end; returns at once.</summary>
    public void Stop() => _stop.TrySetResult();

    private async Task RunAsync(Task turn)
    {
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stop.Task.IsCompleted)
        {
            return;
        }

        var source = SensorCatalog.Kind(config.Type).Create(config, environment);
        using var output = new SensorOutput(config, Record, sink, environment.Clock, source is IStreamingSensor);
        using var stop = new CancellationTokenSource();
        var run = source switch
        {
            ISensor polled => new PolledLoop(config, polled, environment, Record, output).RunAsync(stop.Token),
            IStreamingSensor streaming => new StreamingLoop(config, streaming, environment, Record, output).RunAsync(stop.Token),
            _ => throw new InvalidOperationException($"The kind {config.Type} makes no sensor."),
        };
        _ = await Task.WhenAny(run, _stop.Task);
        await stop.CancelAsync();
        await run;
    }
}
