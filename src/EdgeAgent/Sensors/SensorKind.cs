using System.Collections.Immutable;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors;

/// <summary>A kind of sensor: what it is called in the file, the keys that only it has, and how one is made.</summary>
/// <param name="Name">The value of <c>type:</c>.</param>
/// <param name="Summary">One line for help and manual.</param>
/// <param name="Keys">In the order in which manual and sample show them.</param>
/// <param name="Create">Makes the sensor, an <see cref="ISensor"/> or an <see cref="IStreamingSensor"/>; opens nothing and does not fail.</param>
internal sealed record SensorKind(string Name, string Summary, ImmutableArray<Key> Keys, Func<SensorConfig, SensorEnvironment, IAsyncDisposable> Create)
{
    /// <summary>Says which keys do not go together; asked once each of them is right by itself.</summary>
    public Func<KeyValues, IEnumerable<SettingProblem>> Check { get; init; } = static _ => [];

    /// <summary>False where readings come when the source has something to say, not every <c>interval</c>.</summary>
    public bool KeepsInterval { get; init; } = true;

    /// <summary>How many values a reading has as a rule: for the estimate of how much space it takes.</summary>
    public int TypicalValues { get; init; } = 1;
}

/// <summary>Something wrong with a key that can only be seen beside others.</summary>
/// <param name="Key">Where to point.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What to write instead.</param>
internal sealed record SettingProblem(Key Key, string Message, string? Hint = null);
