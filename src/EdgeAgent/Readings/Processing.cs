using System.Collections.Immutable;
using EdgeAgent.Sensors;

namespace EdgeAgent.Readings;

/// <summary>How the values of one sensor are processed. Immutable.</summary>
internal sealed record ProcessingPlan
{
    /// <summary>For values without a rule of their own.</summary>
    public ProcessingRule Default { get; init; } = ProcessingRule.None;

    /// <summary>Complete rules by the name of the value.</summary>
    public ImmutableDictionary<string, ProcessingRule> Fields { get; init; } = ImmutableDictionary<string, ProcessingRule>.Empty;

    /// <summary>The values that are kept; empty: all.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Null where every reading is published.</summary>
    public TimeSpan? Every { get; init; }

    public ImmutableArray<Statistic> Statistics { get; init; } = [];

    /// <summary>The longest silence of a deadband; null: for ever.</summary>
    public TimeSpan? Heartbeat { get; init; }

    public bool HasDeadband => Default.Deadband is not null || Fields.Values.Any(static rule => rule.Deadband is not null);

    public ProcessingRule RuleOf(string name) => Fields.GetValueOrDefault(name, Default);
}

/// <summary>
/// Readings of one sensor on their way from source to queue: each value is corrected and checked, then a window is gathered or a
/// deadband decides. No clock and no I/O. One call at a time.
/// </summary>
/// <param name="plan">What the configuration asks for.</param>
/// <param name="isStream">The readings may be of several devices, as those of a local broker are.</param>
internal sealed class Processing(ProcessingPlan plan, bool isStream = false)
{
    /// <summary>More names than a sensor has; one that makes up names without end must not fill the memory.</summary>
    public const int RememberedNames = 1024;

    private readonly Dictionary<string, ProcessingCorrection> _corrections = new(StringComparer.Ordinal);
    private readonly ProcessingAggregate? _aggregate = plan.Every is { } every ? new(every, plan.Statistics, plan.RuleOf) : null;
    private readonly ProcessingGate? _gate = plan.HasDeadband ? new(plan.RuleOf, plan.Heartbeat, isStream) : null;

    /// <summary>Corrects values. What is implausible is left out and told; the rest goes on.</summary>
    public Observation Correct(Observation observation)
    {
        var kept = ImmutableArray.CreateBuilder<NamedValue>(observation.Values.Length);
        var failure = observation.Failure;
        foreach (var value in observation.Values)
        {
            if (!plan.Only.IsEmpty && !plan.Only.Contains(value.Name))
            {
                continue;
            }

            if (CorrectionOf(value.Name).Apply(value, out var corrected) is { } problem)
            {
                failure ??= problem;
            }
            else
            {
                kept.Add(corrected);
            }
        }

        if (kept.Count == 0)
        {
            failure ??= new(SensorFailureKind.Missing, $"none of the values named in only: came ({string.Join(", ", plan.Only)})");
        }

        return Observation.Partly(kept.ToImmutable(), failure) with { BootTime = observation.BootTime };
    }

    /// <summary>Takes corrected values; gives what is to be published now, with its time.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="time">Milliseconds since boot.</param>
    /// <param name="wallOffset">Unix milliseconds at boot, as best known now.</param>
    public AggregatedReading? Take(ImmutableArray<NamedValue> values, long time, long wallOffset) =>
        Gate(_aggregate is null ? new AggregatedReading(time, values) : _aggregate.Add(values, time, wallOffset));

    /// <summary>Gives a window that has ended, though no further reading came.</summary>
    public AggregatedReading? Pass(long time, long wallOffset) => Gate(_aggregate?.Pass(time, wallOffset));

    /// <summary>Gives what is held back, at the stop.</summary>
    public AggregatedReading? End(long time) => Gate(_aggregate?.End(time));

    /// <summary>The sensor failed: its next value is news.</summary>
    public void Failed() => _gate?.Reset();

    private ProcessingCorrection CorrectionOf(string name)
    {
        if (!_corrections.TryGetValue(name, out var correction))
        {
            correction = new(plan.RuleOf(name));
            if (_corrections.Count < RememberedNames)
            {
                _corrections.Add(name, correction);
            }
        }

        return correction;
    }

    private AggregatedReading? Gate(AggregatedReading? reading) =>
        reading is { } told && _gate is not null && !_gate.Passes(told.Values, told.Time) ? null : reading;
}
