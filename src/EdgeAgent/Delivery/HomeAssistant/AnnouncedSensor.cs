using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Delivery.HomeAssistant;

/// <summary>What Home Assistant has to know of a sensor beside its values.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StateTopic">Where its readings go.</param>
/// <param name="IsBare">The payload is the value alone.</param>
/// <param name="ExpireAfter">Seconds without a reading after which the value is unknown; null: never.</param>
/// <param name="IsDiagnostic">It is about the gateway itself.</param>
internal sealed record AnnouncedSensor(string Id, string StateTopic, bool IsBare, int? ExpireAfter, bool IsDiagnostic)
{
    private const int TurnsToMiss = 3;

    /// <summary>Null where Home Assistant cannot read its payloads.</summary>
    public static AnnouncedSensor? Of(SensorConfig sensor) => CanBeRead(sensor.Format)
        ? new(sensor.Id, sensor.Topic, sensor.Format == PayloadFormat.Raw, ExpireAfterOf(sensor), sensor.Type == SystemKind)
        : null;

    public static bool CanBeRead(PayloadFormat format) => format is PayloadFormat.Json or PayloadFormat.Raw;

    private static string SystemKind => Sensors.Kinds.SystemSensor.Kind.Name;

    /// <summary>Three times the longest silence that is no failure; a source that speaks when it likes has none.</summary>
    private static int? ExpireAfterOf(SensorConfig sensor)
    {
        var plan = ProcessingKeys.Plan(sensor);
        if (!SensorCatalog.Kind(sensor.Type).KeepsInterval || (plan.HasDeadband && plan.Heartbeat is null))
        {
            return null;
        }

        var silence = plan.Every ?? sensor.Interval;
        silence = plan.HasDeadband && plan.Heartbeat > silence ? plan.Heartbeat.Value : silence;
        return (int)Math.Ceiling(Math.Max(1, silence.TotalSeconds) * TurnsToMiss);
    }
}
