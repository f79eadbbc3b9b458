using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// The keys about what is done with a sensor's values; every sensor has them. Those of a rule also stand below <c>fields</c>, for
/// one value by its name, where they go before those of the sensor.
/// </summary>
internal static class ProcessingKeys
{
    private const int MostDigits = 12;

    public static readonly Key<double> Scale = Keys.Number("scale", "values are multiplied by it", 1);

    public static readonly Key<double> Offset = Keys.Number("offset", "then it is added", 0);

    public static readonly Key<ImmutableArray<MapPoint>> Map = new(
        "map", "then values are mapped piecewise linearly, by [from, to] pairs such as [[4, 0], [20, 100]]", new MapShape(), []);

    public static readonly Key<double?> Min = Keys.OptionalNumber("min", "what is below is implausible and not published");

    public static readonly Key<double?> Max = Keys.OptionalNumber("max", "what is above is implausible and not published");

    public static readonly Key<double?> MaxStep = Keys.OptionalNumber(
        "max_step", "a jump from the last value by more is implausible, until it is seen three times running", 0);

    public static readonly Key<int?> Round = Keys.OptionalWhole("round", "decimals that are kept", 0, MostDigits);

    public static readonly Key<Deadband?> DeadbandKey = new(
        "deadband", "only what has moved by so much since the last publish is published: a number, or a percentage such as 2%; 0 means any change",
        new OptionalShape<Deadband>(new DeadbandShape()), null);

    public static readonly Key<TimeSpan> Heartbeat = Keys.Duration(
        "heartbeat", "with a deadband: publish at least so often; 0 means never", TimeSpan.FromMinutes(10), TimeSpan.Zero, TimeSpan.FromDays(30));

    public static readonly Key<ImmutableArray<string>> Only = Keys.TextList("only", "the values that are kept, by name; otherwise all");

    private static readonly Key<string?> FieldUnit = Keys.OptionalText("unit", "its unit");

    private static readonly Key<TimeSpan> Every = new(
        "every", "the length of a window", new DurationShape(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(31)), TimeSpan.FromMinutes(1), isRequired: true);

    private static readonly Key<ImmutableArray<Statistic>> Of = new(
        "of", "what is told of it: mean, min, max, last, count",
        new ListShape<Statistic>(ChoiceShape<Statistic>.OfNames(), "a list of mean, min, max, last and count", minimum: 1),
        [Statistic.Mean, Statistic.Min, Statistic.Max]);

    public static readonly Key<KeyValues> Aggregate = Keys.Section(
        "aggregate", "one reading per window, {every: 1m, of: [mean, min, max, last, count]}, instead of each", Every, Of);

    private static readonly ImmutableArray<Key> Rule = [Scale, Offset, Map, Min, Max, MaxStep, Round, DeadbandKey];

    public static readonly Key<ImmutableDictionary<string, KeyValues>> Fields = new(
        "fields", "the same for one of several values, by its name", new GroupsShape([FieldUnit, .. Rule]), ImmutableDictionary<string, KeyValues>.Empty);

    public static readonly ImmutableArray<Key> All = [.. Rule, Heartbeat, Aggregate, Only, Fields];

    /// <summary>The plan that a sensor's settings ask for.</summary>
    public static ProcessingPlan Plan(SensorConfig config)
    {
        var settings = config.Settings;
        var own = RuleOf(settings, KeyValues.Empty, config.Unit);
        var aggregate = settings.IsSet(Aggregate) ? settings.Get(Aggregate) : null;
        var heartbeat = settings.Get(Heartbeat);
        return new()
        {
            Default = own,
            Fields = settings.Get(Fields).ToImmutableDictionary(
                static field => field.Key, field => RuleOf(settings, field.Value, field.Value.Get(FieldUnit) ?? config.Unit)),
            Only = settings.Get(Only),
            Every = aggregate?.Get(Every),
            Statistics = aggregate?.Get(Of) ?? [],
            Heartbeat = heartbeat > TimeSpan.Zero ? heartbeat : null,
        };
    }

    public static IEnumerable<SettingProblem> Check(KeyValues settings)
    {
        foreach (var values in settings.Get(Fields).Values.Prepend(settings))
        {
            if (values.Get(Min) > values.Get(Max))
            {
                yield return new(values == settings ? Min : Fields, "min is above max");
            }

            if (values.Get(Scale) == 0)
            {
                yield return new(values == settings ? Scale : Fields, "scale is 0, which makes every value the same");
            }
        }
    }

    /// <summary>Each key of the field where it is set, otherwise the sensor's.</summary>
    private static ProcessingRule RuleOf(KeyValues sensor, KeyValues field, string? unit)
    {
        return new()
        {
            Scale = Get(Scale),
            Offset = Get(Offset),
            Map = Get(Map),
            Minimum = Get(Min),
            Maximum = Get(Max),
            MaximumStep = Get(MaxStep),
            Unit = unit,
            Digits = Get(Round),
            Deadband = Get(DeadbandKey),
        };

        T Get<T>(Key<T> key) => field.IsSet(key) ? field.Get(key) : sensor.Get(key);
    }
}
