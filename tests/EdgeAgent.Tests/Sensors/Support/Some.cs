using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>Any value will do.</summary>
internal static class Some
{
    public static readonly TimeSpan Deadline = BusyMachine.Deadline;

    public static SensorConfig Config(string type, KeyValues? settings = null) => new()
    {
        Id = "some",
        Type = type,
        Interval = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(5),
        Topic = "some/topic",
        Settings = settings ?? KeyValues.Empty,
    };

    public static SensorEnvironment Environment(TimeProvider? time = null, string? root = null) => new()
    {
        Time = time ?? TimeProvider.System,
        Clock = new SteppedClock(time ?? TimeProvider.System),
        Log = NullLogger.Instance,
        SysRoot = root is null ? "/nowhere/sys" : Path.Combine(root, "sys"),
        ProcRoot = root is null ? "/nowhere/proc" : Path.Combine(root, "proc"),
        DevRoot = root is null ? "/nowhere/dev" : Path.Combine(root, "dev"),
    };

    /// <summary>The settings of a kind, by the names of its keys.</summary>
    public static KeyValues Settings(SensorKind kind, params (string Name, object Value)[] settings)
    {
        var values = ImmutableDictionary.CreateBuilder<Key, KeyValue>();
        ImmutableArray<Key> keys = [.. kind.Keys, .. SensorCatalog.CommonKeys];
        foreach (var (name, value) in settings)
        {
            values.Add(keys.Single(key => key.Name == name), new(value, null));
        }

        return new(keys, values.ToImmutable());
    }

    public static ISensor Sensor(SensorKind kind, SensorEnvironment? environment = null, params (string Name, object Value)[] settings) =>
        (ISensor)kind.Create(Config(kind.Name, Settings(kind, settings)), environment ?? Environment());

    public static async Task<Observation> ReadAsync(SensorKind kind, SensorEnvironment? environment = null, params (string Name, object Value)[] settings)
    {
        await using var sensor = Sensor(kind, environment, settings);
        return await sensor.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Deadline);
    }

}

/// <summary>A boot clock that runs with a time provider, and whose wall clock a test can set.</summary>
internal sealed class SteppedClock(TimeProvider time) : BootClock
{
    private readonly long _start = time.GetTimestamp();
    private readonly long _startOnWall = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _steps;

    public override string BootId => "some-boot";

    public override long Milliseconds => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    public override long WallOffset => _startOnWall + Volatile.Read(ref _steps);

    public override bool IsSynchronized => true;

    public void Step(TimeSpan step) => Volatile.Write(ref _steps, _steps + (long)step.TotalMilliseconds);
}
