namespace EdgeAgent.Hosting.Measuring;

/// <summary>
/// The history in columns, oldest step first: the answer to the question <c>history</c> on the control socket. All columns are equally
/// long; a step is null where nobody measured (the machine slept), or where there was nothing to time.
/// </summary>
/// <param name="StepS">The length of a step, seconds.</param>
/// <param name="End">The end of the newest step.</param>
/// <param name="Depth">The largest number of messages in the queue.</param>
/// <param name="Accepted">Messages accepted.</param>
/// <param name="Delivered">Messages acknowledged by the broker.</param>
/// <param name="AcknowledgementP50Ms">The time that half of the acknowledgements kept.</param>
/// <param name="AcknowledgementP99Ms">The one that 99 % kept.</param>
/// <param name="Connected">The share of the step with a connection, 0 to 1.</param>
internal sealed record HistoryReport(
    double StepS,
    DateTimeOffset End,
    long?[] Depth,
    long?[] Accepted,
    long?[] Delivered,
    double?[] AcknowledgementP50Ms,
    double?[] AcknowledgementP99Ms,
    double?[] Connected)
{
    public static HistoryReport Of(HistorySeries series, BootClock clock)
    {
        var count = series.Count;
        var report = new HistoryReport(
            series.Step.TotalSeconds,
            DateTimeOffset.FromUnixTimeMilliseconds(clock.WallTime(series.End)),
            new long?[count],
            new long?[count],
            new long?[count],
            new double?[count],
            new double?[count],
            new double?[count]);
        for (var i = 0; i < count; i++)
        {
            ref readonly var point = ref series[i];
            if (point.IsKnown)
            {
                (report.Depth[i], report.Accepted[i], report.Delivered[i]) = (point.Depth, point.Accepted, point.Delivered);
                (report.AcknowledgementP50Ms[i], report.AcknowledgementP99Ms[i]) = (Known(point.Median), Known(point.Tail));
                report.Connected[i] = Math.Round(point.Connected, 3);
            }
        }

        return report;
    }

    private static double? Known(float milliseconds) => float.IsNaN(milliseconds) ? null : Math.Round(milliseconds, 3);
}
