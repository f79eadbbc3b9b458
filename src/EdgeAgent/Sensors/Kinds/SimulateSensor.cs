using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>What a simulated value does over time.</summary>
internal enum SimulatedShape
{
    /// <summary>Around the mean by the amplitude, once a period.</summary>
    Sine,

    /// <summary>Small steps to and fro, held near the mean by the amplitude.</summary>
    RandomWalk,

    /// <summary>The levels, one after another, all of them in a period.</summary>
    Steps,

    /// <summary>The rows of a CSV file, in the file's own time pattern.</summary>
    Replay,
}

/// <summary>Values that are made up, for trying things out without hardware.</summary>
internal sealed class SimulateSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private static readonly Key<SimulatedShape> Shape = Keys.Choice("shape", "sine, random_walk, steps or replay", SimulatedShape.Sine);
    private static readonly Key<double> Mean = Keys.Number("mean", "sine and random_walk: the middle", 0);
    private static readonly Key<double> Amplitude = Keys.Number("amplitude", "sine and random_walk: how far from it", 1, 0);
    private static readonly Key<TimeSpan> Period = Keys.Duration(
        "period", "sine and steps: the time of one round", TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(366));

    private static readonly Key<ImmutableArray<string>> Levels = Keys.TextList("levels", "steps: the numbers or texts");
    private static readonly Key<int> Seed = Keys.Whole("seed", "random_walk: equal seeds walk equally", 1, 0, int.MaxValue);

    public static readonly SensorKind Kind = new(
        "simulate", "made-up values: sine, random walk, steps, or a CSV file played back", [Shape, Mean, Amplitude, Period, Levels, Seed, .. ReplaySource.All],
        static (config, environment) => config.Settings.Get(Shape) is SimulatedShape.Replay
            ? new ReplaySource(config, environment)
            : new SimulateSensor(config, environment))
    {
        Check = static settings => (settings.Get(Shape), settings.Get(Levels).IsEmpty, ReplaySource.HasFile(settings)) switch
        {
            (SimulatedShape.Steps, true, _) => [new(Shape, "steps needs levels", "levels: [20, 25, 22]")],
            (SimulatedShape.Replay, _, false) => [new(Shape, "replay needs a file")],
            _ => [],
        },
    };

    private readonly long _start = environment.Time.GetTimestamp();
    private uint _random = unchecked(((uint)config.Settings.Get(Seed) * 2654435761u) | 1);
    private double _walk;

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var settings = config.Settings;
        var turn = environment.Time.GetElapsedTime(_start) / settings.Get(Period);
        var value = settings.Get(Shape) switch
        {
            SimulatedShape.Steps => Level(settings.Get(Levels), turn),
            SimulatedShape.RandomWalk => Value.Of(Walk(settings.Get(Mean), settings.Get(Amplitude))),
            _ => Value.Of(settings.Get(Mean) + (settings.Get(Amplitude) * Math.Sin(2 * Math.PI * turn))),
        };
        return new(Observation.Of(value, config.Unit));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Value Level(ImmutableArray<string> levels, double turn)
    {
        var level = levels[(int)((turn - Math.Floor(turn)) * levels.Length) % levels.Length];
        return Parsing.NumberText.Parse(level, out var number) is null ? number : Value.Of(level);
    }

    /// <summary>Steps of up to a tenth of the amplitude, pulled back the more the further it has strayed.</summary>
    private double Walk(double mean, double amplitude)
    {
        // Xorshift (Marsaglia): equal at every start, and nothing here needs to be unguessable.
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        var step = (_random / (double)uint.MaxValue * 2) - 1;
        _walk = Math.Clamp((_walk * 0.98) + (step * 0.1), -1, 1);
        return mean + (amplitude * _walk);
    }
}
