using EdgeAgent.Readings;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>A sensor that does what the test says.</summary>
internal sealed class ScriptedSensor(Func<int, CancellationToken, ValueTask<Observation>> read) : ISensor
{
    private int _reads;
    private int _atOnce;

    public int Reads => _reads;

    public bool WasReadTwiceAtOnce { get; private set; }

    public bool IsDisposed { get; private set; }

    public static Observation Good(long value) => Observation.Of(Value.Of(value));

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _reads);
        WasReadTwiceAtOnce |= Interlocked.Increment(ref _atOnce) > 1;
        try
        {
            return await read(number, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
