using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Hosting;

/// <param name="Id">As configured.</param>
/// <param name="Type">Its kind.</param>
/// <param name="State">waiting (nothing read yet), ok, failing, or stuck (a read has not come back).</param>
/// <param name="Readings">Taken since the start.</param>
/// <param name="Published">Of these, handed to the queue: a deadband or an aggregate holds some back.</param>
/// <param name="Failures">Failed reads since the start.</param>
/// <param name="FailuresByKind">The same by kind: missing, timeout, io ...</param>
/// <param name="MissedTurns">Turns left out because the one before was not over.</param>
/// <param name="Restarts">Times that a streaming source was opened again.</param>
/// <param name="AgeS">Seconds since the latest values.</param>
/// <param name="LastValue">The latest values as people read them.</param>
/// <param name="LastValues">The latest values one by one.</param>
/// <param name="LastError">What is wrong now; null while it works.</param>
/// <param name="FailingForS">Seconds since that began.</param>
internal sealed record SensorReport(
    string Id,
    string Type,
    string State,
    long Readings,
    long Published,
    long Failures,
    SortedDictionary<string, long> FailuresByKind,
    long MissedTurns,
    long Restarts,
    double? AgeS,
    string? LastValue,
    ValueReport[] LastValues,
    string? LastError,
    double? FailingForS)
{
    /// <param name="status">What the sampler knows of it.</param>
    /// <param name="now">Milliseconds since boot.</param>
    public static SensorReport Of(SensorStatus status, long now) => new(
        status.Id,
        status.Type,
        StateOf(status),
        status.Readings,
        status.Published,
        status.Failures.Values.Sum(),
        new(status.Failures.ToDictionary(static pair => pair.Key.Text(), static pair => pair.Value), StringComparer.Ordinal),
        status.MissedTurns,
        status.Restarts,
        Seconds(now, status.LastTime),
        status.LastValues.IsEmpty ? null : string.Join(", ", status.LastValues.Select(static value => ValueReport.Of(value).ToText())),
        [.. status.LastValues.Select(ValueReport.Of)],
        status.CurrentFailure is { } failure ? $"{failure.Kind.Text()}: {failure.Message}" : null,
        status.CurrentFailure is null ? null : Seconds(now, status.FailingSince));

    private static string StateOf(SensorStatus status) => status switch
    {
        { IsStuck: true } => "stuck",
        { CurrentFailure: not null } => "failing",
        { Published: 0, Readings: 0 } => "waiting",
        _ => "ok",
    };

    private static double? Seconds(long now, long? since) => since is { } then ? Math.Round(Math.Max(0, now - then) / 1000.0, 1) : null;
}

/// <param name="Name">"value" for a sensor with a single one.</param>
/// <param name="Text">The value as people read it.</param>
/// <param name="Unit">Null where it has none.</param>
internal sealed record ValueReport(string Name, string Text, string? Unit)
{
    public static ValueReport Of(NamedValue named) => new(named.Name, ValueWriter.ToText(named.Value), named.Unit);

    public string ToText()
    {
        var value = Unit is null ? Text : $"{Text} {Unit}";
        return Name == "value" ? value : $"{Name} {value}";
    }
}
