using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Configuration;

/// <summary>
/// What a configuration means for the field: how long the broker may be away, what that writes, how long catching up takes. An
/// estimate from above: every sensor gives a reading at each interval, and a deadband spares nothing. Pure.
/// </summary>
internal sealed record OfflinePlan
{
    /// <summary>The round trip that the drain is reckoned with where no rate is set: a mobile link's.</summary>
    public static readonly TimeSpan AssumedRoundTrip = TimeSpan.FromMilliseconds(50);

    /// <summary>A row with one number inline: measured on the queue's table, pages and all.</summary>
    private const double RowOfOneNumber = 26;

    /// <summary>A row with several values, without them; and each of them: a kind and a real.</summary>
    private const double RowOfSeveral = 20;

    private const double BytesPerValue = 9;

    /// <summary>A page of the queue's file, and its frame in the WAL.</summary>
    private const double PageSize = 1024;

    private const double FrameSize = PageSize + 24;

    private const double SecondsPerDay = 86_400;

    public required int Sensors { get; init; }

    public required double ReadingsPerDay { get; init; }

    /// <summary>Bytes that a day without the broker takes in the queue.</summary>
    public required double QueuedPerDay { get; init; }

    /// <summary>The bytes that a reading takes on average.</summary>
    public double BytesPerReading => ReadingsPerDay > 0 ? QueuedPerDay / ReadingsPerDay : RowOfOneNumber;

    /// <summary>Bytes that a day without the broker writes to the card, journal and all; with a prompt broker nothing is written.</summary>
    public required double WrittenPerDay { get; init; }

    /// <summary>How many days fit into max_size.</summary>
    public required double DaysThatFit { get; init; }

    /// <summary>How long delivering a day's backlog takes, while new readings go on coming; infinite where it never ends.</summary>
    public required double DrainSecondsPerDay { get; init; }

    /// <summary>Messages per second that go out at most.</summary>
    public required double DrainRate { get; init; }

    /// <summary>The bytes that a reading takes in the queue.</summary>
    public static double RowBytes(int values) => values == 1 ? RowOfOneNumber : RowOfSeveral + (BytesPerValue * values);

    public static OfflinePlan For(AgentConfig config, ConfigSchema schema)
    {
        var perSecond = 0.0;
        var bytesPerSecond = 0.0;
        foreach (var sensor in config.Sensors)
        {
            var rate = 1 / (ProcessingKeys.Plan(sensor).Every ?? sensor.Interval).TotalSeconds;
            perSecond += rate;
            bytesPerSecond += rate * RowBytes(Values(sensor, schema.Kinds.First(kind => kind.Name == sensor.Type)));
        }

        var drainRate = config.Delivery.Rate ?? (config.Delivery.MaxInFlight / AssumedRoundTrip.TotalSeconds);
        return new OfflinePlan
        {
            Sensors = config.Sensors.Length,
            ReadingsPerDay = perSecond * SecondsPerDay,
            QueuedPerDay = bytesPerSecond * SecondsPerDay,
            WrittenPerDay = Written(perSecond, bytesPerSecond, config.Queue.LossWindow.TotalSeconds) * SecondsPerDay,
            DaysThatFit = bytesPerSecond > 0 ? config.Queue.MaxSize / (bytesPerSecond * SecondsPerDay) : double.PositiveInfinity,
            DrainSecondsPerDay = drainRate > perSecond ? perSecond * SecondsPerDay / (drainRate - perSecond) : perSecond > 0 ? double.PositiveInfinity : 0,
            DrainRate = drainRate,
        };
    }

    private static int Values(SensorConfig sensor, SensorKind kind)
    {
        var plan = ProcessingKeys.Plan(sensor);
        var values = plan.Only.Length > 0 ? plan.Only.Length : kind.TypicalValues;
        return plan.Every is null ? values : values * Math.Max(1, plan.Statistics.Length);
    }

    /// <summary>
    /// Bytes per second into the WAL, and once more into the file. A commit comes half a loss window after the first reading that
    /// is not on disk yet, and writes each page that it touches.
    /// </summary>
    private static double Written(double readings, double bytes, double lossWindow)
    {
        if (readings <= 0)
        {
            return 0;
        }

        var commits = 1 / ((1 / readings) + (lossWindow / 2));
        var pagesPerCommit = 1 + (bytes / commits / PageSize);
        return (commits * pagesPerCommit * FrameSize) + bytes;
    }
}
