using System.Threading.Channels;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A streaming sensor that runs, with what it has emitted.</summary>
internal sealed class RunningStream : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Observation> _emitted = Channel.CreateUnbounded<Observation>();
    private readonly IStreamingSensor _sensor;

    public RunningStream(SensorKind kind, SensorEnvironment? environment, params (string Name, object Value)[] settings)
    {
        _sensor = (IStreamingSensor)kind.Create(Some.Config(kind.Name, Some.Settings(kind, settings)), environment ?? Some.Environment());
        Ended = Task.Run(() => _sensor.RunAsync(EmitAsync, _stop.Token));
    }

    /// <summary>Why the source ended.</summary>
    public Task<SensorFailure> Ended { get; }

    /// <summary>Awaited before an observation counts as emitted.</summary>
    public Func<Task> Gate { get; set; } = static () => Task.CompletedTask;

    public async Task<Observation> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        return await _emitted.Reader.ReadAsync(deadline.Token);
    }

    public async Task<SensorFailure> EndAsync() => await Ended.WaitAsync(Some.Deadline);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Ended).WaitAsync(Some.Deadline);
        await _sensor.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask EmitAsync(Observation observation)
    {
        await Gate();
        await _emitted.Writer.WriteAsync(observation);
    }
}
